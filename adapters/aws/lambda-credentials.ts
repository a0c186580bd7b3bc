import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * The bundles of functions contain this module in place of `@aws-sdk/credential-provider-node`. Lambda puts the
 * credentials of its role into the environment. A bundle needs no other source, and these sources are two thirds of the
 * size of a client. The worker keeps the whole chain, because it also runs on ECS and EKS.
 */
export function defaultProvider(): ReturnType<typeof fromEnv> {
  return fromEnv();
}
