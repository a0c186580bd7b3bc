import { ConfigurationError, messageOf } from '#shared/errors.ts';
import { virtualEnvironment } from './virtual-environment.ts';

/** Without cryptography, the emulator signs tokens with random bytes, and the mesh refuses every token. */
const packages = { ministack: '1.5.33', cryptography: '50.0.2' } as const;

/**
 * Python in a virtual environment that contains the emulator.
 *
 * @returns the path of its interpreter
 * @throws ConfigurationError that says what to install.
 */
export async function pythonWithEmulator(folder: string, say: (line: string) => void): Promise<string> {
  try {
    return await virtualEnvironment({ folder, packages, say });
  } catch (cause) {
    throw new ConfigurationError(
      `There is no emulator of AWS. ${messageOf(cause)}\nOr set AWS_ENDPOINT_URL to one that runs already.`,
      { cause },
    );
  }
}
