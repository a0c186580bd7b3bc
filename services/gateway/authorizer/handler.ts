import { currentAuthorizerRuntime } from '#shared/runtime/current.ts';
import { type Authorizer, createAuthorizer } from './authorizer.ts';

let authorizer: Authorizer | undefined;

/**
 * The authorizer's Lambda function. API Gateway calls it to decide on a caller. Standalone calls it in the same way.
 */
export const handler: Authorizer = (event) => {
  if (!authorizer) {
    const { tokens, permissions, metrics, log } = currentAuthorizerRuntime();
    authorizer = createAuthorizer({ verify: tokens, permissions, metrics, log });
  }
  return authorizer(event);
};
