import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Takes the place of `@aws-sdk/credential-provider-node` in the bundles of functions: Lambda hands its role's credentials
 * over in the environment, so that a bundle needs none of the sources of a developer's machine, two thirds of a client's
 * size. The worker, which runs on ECS and EKS too, keeps the whole chain.
 */
export function defaultProvider(): ReturnType<typeof fromEnv> {
  return fromEnv();
}
