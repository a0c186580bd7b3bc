import type { Context } from 'aws-lambda';
import { ConfigurationError, messageOf, StarlingError } from '#shared/errors.ts';

/** A Lambda handler as the host calls it: with an event of AWS's shape and a context. */
export type LambdaHandler = (event: unknown, context: Context) => unknown;

/** Where a function's handler is. */
export interface HandlerModule {
  /** Absolute. */
  readonly file: string;
  readonly exportName: string;
  /** Where serverless.yml names it, as `file:line`. */
  readonly at: string;
}

/** A function of serverless.yml that can be invoked. */
export interface LocalFunction {
  readonly name: string;
  /** Resolves to what the handler returns. @throws what it throws, or FunctionTimeoutError. */
  invoke(event: unknown): Promise<unknown>;
  /** Ends what the function holds, such as threads. */
  stop(): Promise<void>;
}

export class FunctionTimeoutError extends StarlingError {
  constructor(name: string, seconds: number) {
    super('FUNCTION_TIMEOUT', `The function ${name} did not end within its ${seconds} s.`);
  }
}

/** What is needed to import a function. */
export interface Loadable {
  readonly name: string;
  readonly handler: HandlerModule;
}

/**
 * Imports the module of a function.
 *
 * @throws ConfigurationError that names the file and what is wrong with it.
 */
async function loadModule({ name, handler }: Loadable): Promise<Record<string, unknown>> {
  try {
    return await import(handler.file);
  } catch (cause) {
    throw new ConfigurationError(
      `${handler.at}: the function ${name} cannot be loaded from ${handler.file}: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/**
 * Imports the module of a function and takes the export that serverless.yml names.
 *
 * @param is says whether the export is what is asked for, which `what` names: `a function`
 * @throws ConfigurationError that names the file and what it exports.
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
      `${handler.at}: the function ${name} has no handler: the export "${handler.exportName}" of ${handler.file} is not ${what}. It exports: ${Object.keys(module).join(', ') || 'nothing'}.`,
    );
  }
  return exported;
}

/**
 * Imports the handler of a function.
 *
 * @throws ConfigurationError that names the file and what it exports.
 */
export function loadHandler(loadable: Loadable): Promise<LambdaHandler> {
  return loadExport(loadable, (exported): exported is LambdaHandler => typeof exported === 'function', 'a function');
}

/** Lambda's context object, as far as it means something on one machine. */
export function lambdaContext(name: string, seconds: number, requestId: string): Context {
  const end = performance.now() + seconds * 1000;
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    memoryLimitInMB: '0',
    awsRequestId: requestId,
    logGroupName: name,
    logStreamName: 'standalone',
    getRemainingTimeInMillis: () => Math.max(0, end - performance.now()),
    done: () => {},
    fail: () => {},
    succeed: () => {},
  };
}
