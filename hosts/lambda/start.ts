import { createAwsHttpRuntime, createAwsRuntime } from '#hosts/runtimes/aws.ts';
import { createAwsAgentRuntime } from '#hosts/runtimes/aws-agent.ts';
import { createAwsAuthorizerRuntime } from '#hosts/runtimes/aws-authorizer.ts';
import { createAwsCanaryParts } from '#hosts/runtimes/aws-canary.ts';
import {
  readAwsAgentSettings,
  readAwsAuthorizerSettings,
  readAwsCanarySettings,
  readAwsSettings,
} from '#hosts/runtimes/aws-settings.ts';
import type { Environment } from '#hosts/runtimes/environment.ts';
import { provideRuntime } from '#shared/runtime/current.ts';
import { createHost, type Host } from './host.ts';
import { httpHandler } from './http/handler.ts';
import { onDeployment } from './on-deployment.ts';

/*
 * The start of a function on Lambda. Packaging generates two modules for each function. The entry of the agent echo:
 *
 *   import { host } from './echo.start.ts';
 *   import { handler as inner } from '../../agents/echo/handler.ts';
 *   export const handler = host(inner);
 *
 * and echo.start.ts, which runs before the agent's module is loaded:
 *
 *   import { startAgent } from '../../hosts/lambda/start.ts';
 *   export const host = startAgent(process.env);
 *
 * The bundler drops the functions of this file that an entry does not import, with all that only they import. It may do so
 * because package.json has `"sideEffects": false`.
 */

/**
 * Provides the runtime of an agent: the few parts of the mesh that an agent needs.
 *
 * @returns makes the function that Lambda calls, from the agent's handler
 * @throws ConfigurationError that names every variable which is missing or wrong. It ends the start of the function.
 */
export function startAgent(env: Environment): Host {
  const runtime = createAwsAgentRuntime(readAwsAgentSettings(env));
  provideRuntime(runtime);
  return createHost({ ...runtime, observesWaits: true });
}

/**
 * Provides the whole runtime, for a function of the mesh.
 *
 * @throws ConfigurationError
 */
export function startMesh(env: Environment): Host {
  const runtime = createAwsRuntime(readAwsSettings(env));
  provideRuntime(runtime);
  return createHost({ ...runtime, observesWaits: true });
}

/**
 * Provides the whole runtime, for an HTTP service behind API Gateway.
 *
 * @throws ConfigurationError
 */
export function startHttp(env: Environment): typeof httpHandler {
  provideRuntime(createAwsHttpRuntime(readAwsSettings(env)));
  return httpHandler;
}

/**
 * Provides the runtime of the authorizer.
 *
 * @returns makes the function that Lambda calls. API Gateway's request is no batch, and the authorizer answers and logs its
 * own errors
 * @throws ConfigurationError
 */
export function startAuthorizer(
  env: Environment,
): <Event, Answer>(handler: (event: Event) => Promise<Answer>) => (event: Event) => Promise<Answer> {
  const runtime = createAwsAuthorizerRuntime(readAwsAuthorizerSettings(env));
  provideRuntime(runtime);
  return (handler) => (event) => handler(event).finally(() => runtime.metrics.flush());
}

/**
 * The start of the canary.
 *
 * @returns makes the function that Lambda calls from a function that takes the canary's parts
 * @throws ConfigurationError
 */
export function startCanary(
  env: Environment,
): <Made>(create: (parts: ReturnType<typeof createAwsCanaryParts>) => Made) => Made {
  const parts = createAwsCanaryParts(readAwsCanarySettings(env));
  return (create) => create(parts);
}

/**
 * Provides the whole runtime, for a function that a deployment calls with the manifest.
 *
 * A wrong environment fails the calls and not the start of the function: CloudFormation waits for an answer, also when it
 * rolls a deployment back.
 */
export function startDeployed(env: Environment): typeof onDeployment {
  let host: Host;
  try {
    host = startMesh(env);
  } catch (error) {
    const fail = async (): Promise<never> => {
      throw error;
    };
    return (_handler, manifest) => onDeployment(fail, manifest);
  }
  return (handler, manifest) => onDeployment(host(handler), manifest);
}
