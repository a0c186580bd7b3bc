import { dynamoDbDocumentClient } from '#adapters/aws/clients/dynamodb.ts';
import { cognitoVerifier } from '#adapters/aws/cognito.ts';
import { DynamoPermissionStore } from '#adapters/aws/permission-store.ts';
import { tableName } from '#adapters/aws/tables.ts';
import { systemClock } from '#shared/ports/clock.ts';
import type { AuthorizerRuntime } from '#shared/runtime/runtime.ts';
import { createEmfMetrics, type EmfMetrics } from '#shared/telemetry/emf.ts';
import { createLogger } from '#shared/telemetry/powertools-logger.ts';
import { awsOptions } from './aws-options.ts';
import type { AwsAuthorizerSettings } from './aws-settings.ts';

/** The authorizer's runtime: it verifies tokens and looks up what their principals may call. */
export function createAwsAuthorizerRuntime(
  settings: AwsAuthorizerSettings,
): AuthorizerRuntime & { readonly metrics: EmfMetrics } {
  const { stage, issuer, jwksUrl, service, logLevel } = settings;
  return {
    log: createLogger({ level: logLevel, format: 'json', service }),
    metrics: createEmfMetrics({ stage }),
    tokens: cognitoVerifier({ issuer, jwksUrl, clock: systemClock }),
    permissions: new DynamoPermissionStore({
      documents: dynamoDbDocumentClient(awsOptions(settings)),
      table: tableName(stage, 'registry'),
    }),
  };
}
