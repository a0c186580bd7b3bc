import { dynamoDbDocumentClient } from '../aws/clients/dynamodb.ts';
import { cognitoVerifier } from '../aws/cognito.ts';
import { DynamoPermissionStore } from '../aws/permission-store.ts';
import { systemClock } from '../ports/clock.ts';
import { createLogger } from '../telemetry/powertools-logger.ts';
import { tableName } from '../wiring/names.ts';
import { awsOptions } from './aws-options.ts';
import type { AwsAuthorizerSettings } from './aws-settings.ts';
import type { AuthorizerRuntime } from './runtime.ts';

/** Puts together what tells whose token it is and what that principal may call. */
export function createAwsAuthorizerRuntime(settings: AwsAuthorizerSettings): AuthorizerRuntime {
  const { stage, issuer, jwksUrl, service, logLevel } = settings;
  return {
    log: createLogger({ level: logLevel, format: 'json', service }),
    tokens: cognitoVerifier({ issuer, jwksUrl, clock: systemClock }),
    permissions: new DynamoPermissionStore({
      documents: dynamoDbDocumentClient(awsOptions(settings)),
      table: tableName(stage, 'registry'),
    }),
  };
}
