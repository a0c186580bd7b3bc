import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type AwsOptions, clientConfig, http } from './options.ts';

/**
 * Over HTTP/1.1, where the SDK would take HTTP/2: a Lambda function that was frozen wakes with a dead HTTP/2 session and
 * loses its first call to it, HTTP/2 without TLS is understood by few endpoints and proxies, and SubscribeToShard, which
 * needs it, is not used. Timeouts and retries are then also those of every other client.
 */
export function kinesisClient(options: AwsOptions): KinesisClient {
  return new KinesisClient({ ...clientConfig(options), requestHandler: new NodeHttpHandler(http(options)) });
}
