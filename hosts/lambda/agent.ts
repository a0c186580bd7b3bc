import { createAwsAgentRuntime } from '../aws-agent.ts';
import { readAwsAgentSettings } from '../aws-settings.ts';
import { provideRuntime } from '../current.ts';
import { createHost } from './host.ts';

// The first import of an agent's bundle: the runtime is there before the agent's module is. What is wrong with the
// environment ends the function's start, with the variable's name in its log.
const runtime = createAwsAgentRuntime(readAwsAgentSettings(process.env));
provideRuntime(runtime);

export const host = createHost(runtime);
