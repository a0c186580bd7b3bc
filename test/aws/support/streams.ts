import {
  CreateStreamCommand,
  DeleteStreamCommand,
  type KinesisClient,
  waitUntilStreamExists,
} from '@aws-sdk/client-kinesis';

/** Seconds that a stream may take until it can be used. */
const MAX_WAIT = 90;

/** Makes a stream, and resolves when it can be used. */
export async function createStream(
  client: KinesisClient,
  name: string,
  shards: number,
): Promise<{ remove(): Promise<void> }> {
  await client.send(new CreateStreamCommand({ StreamName: name, ShardCount: shards }));
  await waitUntilStreamExists({ client, maxWaitTime: MAX_WAIT, minDelay: 1 }, { StreamName: name });
  return { remove: async () => void (await client.send(new DeleteStreamCommand({ StreamName: name }))) };
}
