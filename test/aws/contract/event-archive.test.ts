import { randomUUID } from 'node:crypto';
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll } from 'vitest';
import { cloudWatchLogsClient } from '#adapters/aws/clients/cloudwatch-logs.ts';
import { CloudWatchEventArchive } from '#adapters/aws/event-archive.ts';
import { systemClock } from '#shared/ports/clock.ts';
import { eventArchiveContract } from '#test/contract/event-archive.ts';
import { clientOptions, endpoint, randomStage } from '../support/endpoint.ts';

const client = cloudWatchLogsClient(clientOptions);
afterAll(() => client.destroy());

function open(logGroup: string): CloudWatchEventArchive {
  const speed = endpoint === undefined ? {} : { settleMs: 100, intervalMs: 50 };
  return new CloudWatchEventArchive({ client, logGroup, clock: systemClock, ...speed });
}

/**
 * The log group that a rule of the bus would fill. The emulator's EventBridge does not deliver to log groups, so the suite
 * writes what EventBridge would: the event as it is, at its time in whole seconds, in a stream of any name.
 */
eventArchiveContract('aws', async () => {
  const logGroupName = `/starling/${randomStage()}/events`;
  await client.send(new CreateLogGroupCommand({ logGroupName }));
  return {
    archive: open(logGroupName),
    // No rule of the stage made this log group.
    off: open(`/starling/${randomStage()}/events`),
    async pass(count) {
      const logStreamName = randomUUID();
      await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
      const ids = Array.from({ length: count }, () => randomUUID());
      const second = Math.floor(Date.now() / 1_000) * 1_000;
      const time = new Date(second).toISOString().replace('.000Z', 'Z');
      const logEvents = ids.map((id) => ({
        timestamp: second,
        message: JSON.stringify({ version: '0', id, 'detail-type': 'Made.v1', source: 'test', time, detail: {} }),
      }));
      await client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
      return ids;
    },
    close: async () => {
      await client.send(new DeleteLogGroupCommand({ logGroupName }));
    },
  };
});
