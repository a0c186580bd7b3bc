import { ConfigurationError, messageOf } from '#shared/errors.ts';
import { virtualEnvironment } from './virtual-environment.ts';

/** The emulator, and what it signs tokens with: without it their signatures are random and every token is refused. */
const packages = { ministack: '1.5.33', cryptography: '50.0.2' } as const;

/**
 * The Python of a virtual environment of our own, with the emulator in it.
 *
 * @returns the path of its interpreter
 * @throws ConfigurationError that says what is missing.
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
