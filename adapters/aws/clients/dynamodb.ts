import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type AwsOptions, clientConfig } from './options.ts';

export function dynamoDbClient(options: AwsOptions): DynamoDBClient {
  return new DynamoDBClient(clientConfig(options));
}

/** Takes and returns plain objects. A member that is undefined is left out, as in JSON. */
export function dynamoDbDocumentClient(options: AwsOptions): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(dynamoDbClient(options), { marshallOptions: { removeUndefinedValues: true } });
}
