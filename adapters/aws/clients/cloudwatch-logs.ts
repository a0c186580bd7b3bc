import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type AwsOptions, clientConfig, http } from './options.ts';

/** Milliseconds that a search takes longer than other calls: FilterLogEvents may go through many events that it does not return. */
const SEARCH_MS = 5_000;

export function cloudWatchLogsClient(options: AwsOptions): CloudWatchLogsClient {
  return new CloudWatchLogsClient({ ...clientConfig(options), requestHandler: http(options, SEARCH_MS) });
}
