import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { ConfigurationError, messageOf } from '#shared/errors.ts';
import { type PackagedFunction, packagedFunctions } from '#tools/bundles/packaged.ts';

/** A function's module as it is deployed, on this machine. */
export interface UnpackedFunction {
  readonly name: string;
  readonly module: string;
  /** Bytes. */
  readonly size: number;
  readonly environment: Record<string, string>;
}

const root = path.join(import.meta.dirname, '../..');
/** Milliseconds; it takes some five seconds. On an error its bundler prints that and waits for ever. */
const PACKAGING_TIMEOUT = 180_000;

/** Packages the functions of serverless.yml as a deployment does, and unpacks them into the folder. @throws ConfigurationError */
export async function unpackFunctions(folder: string): Promise<UnpackedFunction[]> {
  // What an earlier packaging left there would be packed too.
  rmSync(path.join(root, '.esbuild'), { recursive: true, force: true });
  try {
    const script = path.join(root, 'node_modules/serverless/bin/serverless.js');
    await promisify(execFile)(process.execPath, [script, 'package'], { cwd: root, timeout: PACKAGING_TIMEOUT });
  } catch (cause) {
    throw new ConfigurationError(`The functions cannot be packaged, see npm run package: ${messageOf(cause)}`, {
      cause,
    });
  }
  return packagedFunctions(root).map((packaged) => unpack(packaged, path.join(folder, packaged.name)));
}

function unpack({ name, module, files, environment }: PackagedFunction, folder: string): UnpackedFunction {
  for (const file of files) {
    const target = path.join(folder, file.name);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, file.content());
  }
  const size = files.find((file) => file.name === module)?.size ?? 0;
  return { name, module: path.join(folder, module), size, environment: environmentOf(name, environment) };
}

/** What a deployed function has: its own variables, and Lambda's. */
export function environmentOf(name: string, variables: Readonly<Record<string, unknown>>): Record<string, string> {
  return {
    ...Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, textOf(value)])),
    AWS_REGION: 'us-east-1',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'token',
  };
}

/** Something in place of what only a deployment knows: `{ Ref: 'BlobBucket' }` is its name in small letters. */
function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[how, what] = []] = Object.entries(value);
  if (how === 'Ref') return String(what).toLowerCase();
  const text = Array.isArray(what) ? String(what[0]) : String(what);
  if (how === 'Fn::Sub')
    return text.replace(/\$\{([^}]+)\}/g, (_, name: string) => name.toLowerCase().replaceAll(':', ''));
  throw new ConfigurationError(
    `The bench does not know what ${JSON.stringify(value)} would be: teach it in packages.ts.`,
  );
}
