import type { Context } from 'aws-lambda';
import { ConfigurationError } from '#shared/errors.ts';
import { describeLoadProblem } from '#shared/load-problem.ts';
import { isStoreUnavailable } from '#shared/ports/errors.ts';
import { withinTime } from '#shared/within-time.ts';
import { lacksResources, OutOfResourcesError, outOfResources } from './out-of-resources.ts';

/** A Lambda handler. The host calls it with an event of AWS's shape and a context. */
export type LambdaHandler = (event: unknown, context: Context) => unknown;

/** The module and the export of a function's handler. */
export interface HandlerModule {
  /** The absolute path. */
  readonly file: string;
  readonly exportName: string;
  /** The line of serverless.yml that names it, as `file:line`. */
  readonly at: string;
}

/** A function of serverless.yml that can be invoked. */
export interface LocalFunction {
  readonly name: string;
  /** Resolves to the handler's result. @throws the handler's error, or FunctionTimeoutError. */
  invoke(event: unknown): Promise<unknown>;
  /** Releases the function's resources, such as threads. */
  stop(): Promise<void>;
}

/** True when an invocation failed because the store or the machine lacks something. Then its messages lose no attempt. */
export function costsNoAttempt(error: unknown): boolean {
  return error instanceof OutOfResourcesError || isStoreUnavailable(error);
}

/** The data that an import of a function needs. */
export interface Loadable {
  readonly name: string;
  readonly handler: HandlerModule;
}

/** A module that awaits something at its top level may wait for ever. */
const MAX_IMPORT_MS = 30_000;

/**
 * Imports the module of a function.
 *
 * @throws ConfigurationError that names the file and the problem.
 * @throws OutOfResourcesError
 */
async function loadModule({ name, handler }: Loadable): Promise<Record<string, unknown>> {
  try {
    return await withinTime(
      MAX_IMPORT_MS,
      () => import(handler.file),
      () => new ImportTimeoutError(),
    );
  } catch (cause) {
    if (lacksResources(cause)) throw outOfResources(name, cause);
    const problem =
      cause instanceof ImportTimeoutError
        ? `${handler.file}: ${cause.message}`
        : await describeLoadProblem(cause, handler.file);
    throw new ConfigurationError(`${handler.at}: the function ${name} cannot be loaded. ${problem}`, { cause });
  }
}

class ImportTimeoutError extends Error {
  constructor() {
    super(`The import has not ended after ${MAX_IMPORT_MS / 1000} s. Await in the handler, and not at the top level.`);
    this.name = 'ImportTimeoutError';
  }
}

/**
 * Imports the module of a function and returns the export that serverless.yml names.
 *
 * @param is checks the kind of the export
 * @param what names that kind in the error, such as `a function`
 * @throws ConfigurationError that names the file and its exports.
 */
export async function loadExport<Exported>(
  loadable: Loadable,
  is: (exported: unknown) => exported is Exported,
  what: string,
): Promise<Exported> {
  const { name, handler } = loadable;
  const module = await loadModule(loadable);
  const exported = module[handler.exportName];
  if (!is(exported)) {
    throw new ConfigurationError(
      `${handler.at}: the function ${name} has no handler: the export "${handler.exportName}" of ${handler.file} is not ${what}. It exports: ${Object.keys(module).join(', ') || 'nothing'}. Export it there, or correct the handler.`,
    );
  }
  return exported;
}

/**
 * Imports the handler of a function.
 *
 * @throws ConfigurationError that names the file and its exports.
 */
export function loadHandler(loadable: Loadable): Promise<LambdaHandler> {
  return loadExport(loadable, (exported): exported is LambdaHandler => typeof exported === 'function', 'a function');
}
