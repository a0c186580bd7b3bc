import type { AgentRuntime, AuthorizerRuntime, Runtime } from './runtime.ts';

type Provided = AgentRuntime | AuthorizerRuntime;

/**
 * The one runtime of this process. It is a contract between services and hosts, and not a factory. A Lambda handler is
 * a function without a parameter for the runtime, so the host provides the runtime here before it calls the first
 * handler.
 */
let current: Provided | undefined;

/** Each host calls it once at start: the standalone process, each of its worker threads, a worker, a Lambda function. */
export function provideRuntime(runtime: Provided): void {
  current = runtime;
}

function provided(): Provided {
  if (current === undefined) throw new Error('no runtime was provided before a handler was called');
  return current;
}

/** The runtime of this process, with the parts that the handler of an agent may use. */
export function currentAgentRuntime(): AgentRuntime {
  const runtime = provided();
  if (!('publisher' in runtime)) throw new Error('the runtime of this process is for an authorizer alone');
  return runtime;
}

/** The runtime of this process, with the parts that the authorizer may use. */
export function currentAuthorizerRuntime(): AuthorizerRuntime {
  const runtime = provided();
  if (!('permissions' in runtime)) throw new Error('the runtime of this process is for an agent alone');
  return runtime;
}

/** The whole runtime of this process. Only agents and authorizers run where a part of it is missing. */
export function currentRuntime(): Runtime {
  const runtime = provided();
  if (!('tasks' in runtime)) throw new Error('a function that needs the whole runtime cannot run where only a part is');
  return runtime as Runtime;
}
