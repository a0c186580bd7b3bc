import { createAwsAgentRuntime } from '#hosts/runtimes/aws-agent.ts';
import { readAwsAgentSettings } from '#hosts/runtimes/aws-settings.ts';
import { provideRuntime } from '#shared/runtime/current.ts';
import { createHost } from './host.ts';

// The first import of an agent's bundle: the runtime is there before the agent's module is. What is wrong with the
// environment ends the function's start, with the variable's name in its log.
const runtime = createAwsAgentRuntime(readAwsAgentSettings(process.env));
provideRuntime(runtime);

export const host = createHost(runtime);
