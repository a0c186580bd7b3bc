import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type AwsOptions, clientConfig } from './options.ts';

export function cloudWatchLogsClient(options: AwsOptions): CloudWatchLogsClient {
  return new CloudWatchLogsClient(clientConfig(options));
}
