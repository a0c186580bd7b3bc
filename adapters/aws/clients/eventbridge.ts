import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { type AwsOptions, clientConfig } from './options.ts';

export function eventBridgeClient(options: AwsOptions): EventBridgeClient {
  return new EventBridgeClient(clientConfig(options));
}
