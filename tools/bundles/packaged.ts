import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '#shared/errors.ts';
import { filesOfZip, type ZipFile } from './zip.ts';

/** A function that `npm run package` has packaged. */
export interface PackagedFunction {
  readonly name: string;
  /** The module that Lambda loads, by its path in the package. */
  readonly module: string;
  readonly files: readonly ZipFile[];
  /** The value in the template: a text or a function of CloudFormation. */
  readonly environment: Readonly<Record<string, unknown>>;
}

/** The file in which Serverless lists its packages. */
const statePath = '.serverless/serverless-state.json';

interface State {
  readonly service: {
    readonly provider: { readonly environment?: Readonly<Record<string, unknown>> };
    readonly functions: Readonly<
      Record<
        string,
        {
          readonly handler: string;
          readonly package: { readonly artifact: string };
          readonly environment?: Readonly<Record<string, unknown>>;
        }
      >
    >;
  };
}

/** @throws ConfigurationError when nothing is packaged; ZipError */
export function packagedFunctions(root: string): PackagedFunction[] {
  const { provider, functions } = readState(root).service;
  return Object.entries(functions).map(
    ([
      name,
      {
        handler,
        package: { artifact },
        environment,
      },
    ]) => {
      const files = filesOfZip(readFileSync(join(root, artifact)));
      const bare = handler.slice(0, handler.lastIndexOf('.'));
      const module = files.find((file) => /\.[cm]?js$/.test(file.name) && file.name.replace(/\.[cm]?js$/, '') === bare);
      if (module === undefined) {
        throw new ConfigurationError(`The package of ${name}, ${artifact}, does not hold its handler ${handler}.`);
      }
      return { name, module: module.name, files, environment: { ...provider.environment, ...environment } };
    },
  );
}

function readState(root: string): State {
  try {
    return JSON.parse(readFileSync(join(root, statePath), 'utf8'));
  } catch (cause) {
    throw new ConfigurationError(`There is no package in ${statePath}: run npm run package first.`, { cause });
  }
}
