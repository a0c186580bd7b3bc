import { dynamoDbDocumentClient } from '#adapters/aws/clients/dynamodb.ts';
import { tableName } from '#adapters/aws/tables.ts';
import { DynamoTaskStore } from '#adapters/aws/tasks/task-store.ts';
import { systemClock } from '#shared/ports/clock.ts';
import { RETENTION_MS } from '#test/support/sqlite.ts';
import type { Row } from '#tools/cost/counts.ts';
import { clientOptions, endpoint } from '../support/endpoint.ts';
import { observer } from './observe.ts';
import { startProxy } from './proxy.ts';
import type { Stage } from './stage.ts';

/** What the sweeper reads of one task: it looks at each once. Its look at the list of tasks is shared by all of them. */
export async function countSweep(stage: Stage): Promise<Row[]> {
  const { meter, observe, close } = observer('sweeper');
  const proxy = await startProxy(endpoint ?? '', observe);
  try {
    const tasks = new DynamoTaskStore({
      documents: dynamoDbDocumentClient({ ...clientOptions, endpoint: proxy.url }),
      table: tableName(stage.name, 'tasks'),
      bus: { put: () => Promise.reject(new Error('nothing is left to be published')) },
      blobs: unused('blobs'),
      quarantine: unused('quarantine'),
      clock: systemClock,
      retentionMs: RETENTION_MS,
      log: { debug() {}, info() {}, warn() {}, error() {} },
    });
    await tasks.recover(Date.now());
    return meter
      .take()
      .rows.filter(({ what }) => /^tasks .*task$/.test(what))
      .map((row) => ({ ...row, count: 1, units: row.units / row.count }));
  } finally {
    await proxy.close();
    close();
  }
}

/** A port that a sweep over tasks which have ended does not come to. */
function unused(name: string): never {
  return new Proxy({}, { get: () => () => Promise.reject(new Error(`the sweep came to the ${name}`)) }) as never;
}
