import { currentAuthorizerRuntime } from '#shared/runtime/current.ts';
import { type Authorizer, createAuthorizer } from './authorizer.ts';

let authorizer: Authorizer | undefined;

/** The Lambda function that API Gateway, and standalone in its place, asks who may call what. */
export const handler: Authorizer = (event) => {
  if (!authorizer) {
    const { tokens, permissions, log } = currentAuthorizerRuntime();
    authorizer = createAuthorizer({ verify: tokens, permissions, log });
  }
  return authorizer(event);
};
