import { createAwsRuntime } from '../aws.ts';
import { readAwsSettings } from '../aws-settings.ts';
import { provideRuntime } from '../current.ts';
import type { Environment } from '../environment.ts';
import { createHost, type Host } from './host.ts';

/**
 * Sets the runtime of a function of the mesh up.
 *
 * @throws ConfigurationError that names every variable which is missing or wrong.
 */
export function startMesh(env: Environment): Host {
  const runtime = createAwsRuntime(readAwsSettings(env));
  provideRuntime(runtime);
  return createHost(runtime);
}
