import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type AwsOptions, clientConfig, http } from './options.ts';

/** Milliseconds in addition to other calls. FilterLogEvents may search many events and return none. */
const SEARCH_MS = 5_000;

export function cloudWatchLogsClient(options: AwsOptions): CloudWatchLogsClient {
  return new CloudWatchLogsClient({ ...clientConfig(options), requestHandler: http(options, SEARCH_MS) });
}
