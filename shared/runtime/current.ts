import type { AgentRuntime, Runtime } from './runtime.ts';

let current: AgentRuntime | undefined;

/** Called once by whoever hosts the handlers: the standalone process, a worker thread of it, or a Lambda's bootstrap. */
export function provideRuntime(runtime: AgentRuntime): void {
  current = runtime;
}

/** The runtime of this process, as an agent's handler may use it. */
export function currentAgentRuntime(): AgentRuntime {
  if (current === undefined) throw new Error('no runtime was provided before a handler was called');
  return current;
}

/** The runtime of this process. Only agents run where not all of it is there. */
export function currentRuntime(): Runtime {
  const runtime = currentAgentRuntime();
  if (!('tasks' in runtime)) throw new Error('a function that needs the whole runtime cannot run in a worker thread');
  return runtime as Runtime;
}
