import { createAwsAuthorizerRuntime } from '#hosts/runtimes/aws-authorizer.ts';
import { readAwsAuthorizerSettings } from '#hosts/runtimes/aws-settings.ts';
import { provideRuntime } from '#shared/runtime/current.ts';

// The first import of the authorizer's bundle, as agent.ts is of an agent's.
provideRuntime(createAwsAuthorizerRuntime(readAwsAuthorizerSettings(process.env)));

/** API Gateway's question is no batch, counts nothing, and an error of it is answered and logged by the authorizer. */
export const host = <Handler>(handler: Handler): Handler => handler;
