import { createAwsRuntime } from '#hosts/runtimes/aws.ts';
import { readAwsSettings } from '#hosts/runtimes/aws-settings.ts';
import type { Environment } from '#hosts/runtimes/environment.ts';
import { provideRuntime } from '#shared/runtime/current.ts';
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
