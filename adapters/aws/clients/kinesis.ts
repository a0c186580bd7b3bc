import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type AwsOptions, clientConfig, http } from './options.ts';

/**
 * Uses HTTP/1.1 in place of the HTTP/2 of the SDK. A Lambda function that was frozen wakes up with a dead HTTP/2
 * session and loses its first call. Few endpoints and proxies know HTTP/2 without TLS. SubscribeToShard needs HTTP/2,
 * and Starling does not call it. Timeouts and retries are those of all other clients.
 */
export function kinesisClient(options: AwsOptions): KinesisClient {
  return new KinesisClient({ ...clientConfig(options), requestHandler: new NodeHttpHandler(http(options)) });
}
