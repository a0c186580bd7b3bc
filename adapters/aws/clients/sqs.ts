import { SQSClient } from '@aws-sdk/client-sqs';
import { type AwsOptions, clientConfig, http } from './options.ts';

/** Milliseconds that a long poll may take: SQS's longest. */
const LONG_POLL = 20_000;

export function sqsClient(options: AwsOptions): SQSClient {
  return new SQSClient({
    ...clientConfig(options),
    requestHandler: http(options, LONG_POLL),
  });
}
