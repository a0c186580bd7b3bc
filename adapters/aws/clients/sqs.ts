import { SQSClient } from '@aws-sdk/client-sqs';
import { type AwsOptions, clientConfig, http } from './options.ts';

/** Milliseconds of the longest long poll of SQS. */
const LONG_POLL = 20_000;

export function sqsClient(options: AwsOptions): SQSClient {
  return new SQSClient({
    ...clientConfig(options),
    requestHandler: http(options, LONG_POLL),
  });
}
