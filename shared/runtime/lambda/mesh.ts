import { createAwsRuntime } from '../aws.ts';
import { readAwsSettings } from '../aws-settings.ts';
import { provideRuntime } from '../current.ts';
import { createHost } from './host.ts';

// The first import of a mesh function's bundle, as agent.ts is of an agent's.
const runtime = createAwsRuntime(readAwsSettings(process.env));
provideRuntime(runtime);

export const host = createHost({ claims: runtime.claims, log: runtime.log, flush: () => runtime.metrics.flush() });
