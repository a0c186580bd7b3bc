import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { afterAll, describe, expect, it } from 'vitest';
import { clientOptions, endpoint } from '../support/endpoint.ts';
import { quarantineOf } from '../support/quarantine.ts';
import { testedStack } from '../support/stack.ts';

const { deployment, mesh, place } = await testedStack();
const events = new EventBridgeClient(clientOptions);
const kinesis = new KinesisClient(clientOptions);
const quarantine = quarantineOf(deployment);
afterAll(async () => {
  await mesh.close();
  events.destroy();
  kinesis.destroy();
  quarantine.close();
});

const poll = { timeout: place.patience, interval: 500 };

async function put(source: string, detail: unknown): Promise<void> {
  const Entry = { EventBusName: deployment.bus, Source: source, DetailType: 'TaskStatusChanged.v1' };
  const { FailedEntryCount } = await events.send(
    new PutEventsCommand({ Entries: [{ ...Entry, Detail: JSON.stringify(detail) }] }),
  );
  expect(FailedEntryCount).toBe(0);
}

function statusOf(task: { id: string; contextId: string }, agentId: string) {
  return {
    ...{
      specversion: '1.0',
      id: crypto.randomUUID(),
      source: `starling.agents.${agentId}`,
      type: 'TaskStatusChanged.v1',
    },
    ...{ time: new Date().toISOString(), subject: task.id, correlationid: task.id },
    data: {
      ...{ taskId: task.id, contextId: task.contextId, agentId, turn: 1, attempt: 1, sequence: 1 },
      status: { state: 'TASK_STATE_COMPLETED', timestamp: new Date().toISOString() },
    },
  };
}

/** The policies of the bus and the stream, which the emulator does not have, let in only roles of the stage. */
describe.skipIf(endpoint !== undefined)('a role beside the stage (where the bus and the stream have policies)', () => {
  it('cannot put events under a source of the mesh', async () => {
    await expect(put('starling.agents.echo', {})).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(put('starling.tasks', {})).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await put('orders', {});
  });

  it('cannot write the stream', async () => {
    const Records = [{ PartitionKey: 'any', Data: new TextEncoder().encode('no chunk') }];
    const putting = kinesis.send(new PutRecordsCommand({ StreamName: deployment.artifactStream, Records }));
    await expect(putting).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe.skipIf(endpoint === undefined)('what a producer puts on the bus (where the bus has no policy)', () => {
  it('against its schema is quarantined with the reason, and holds up nothing', async () => {
    const task = await mesh.send('echo', 'the task');
    const event = statusOf(task, 'echo');
    await put('starling.agents.echo', { ...event, data: { ...event.data, status: { state: 'DONE' } } });
    await expect.poll(() => quarantine.reasonOf(event.id), poll).toContain('status');
    expect((await mesh.send('echo', 'still here')).status.state).toBe('TASK_STATE_COMPLETED');
    expect(await mesh.deadLetters('projector')).toBe(0);
  });

  it.skipIf(!place.testAgents)(
    'for a task of another agent (a test agent) is quarantined and changes nothing',
    async () => {
      const task = await mesh.send('patient', '600000', { configuration: { returnImmediately: true } });
      const event = statusOf(task, 'echo');
      await put('starling.agents.echo', event);
      await expect.poll(() => quarantine.reasonOf(task.id), poll).toContain('not from the task');
      expect((await mesh.task('patient', task.id)).status.state).not.toBe('TASK_STATE_COMPLETED');
      await mesh.rpc('patient', 'CancelTask', { id: task.id });
    },
  );
});

describe.skipIf(!place.testAgents || endpoint === undefined)(
  'a record of the stream that is no chunk (with a test agent)',
  () => {
    it('is quarantined, and its shard goes on', async () => {
      const id = crypto.randomUUID();
      const data = new TextEncoder().encode(`no chunk: ${id}`);
      // A key for each of so many that every shard has one.
      const Records = Array.from({ length: 20 }, (_, index) => ({ PartitionKey: `${id}-${index}`, Data: data }));
      const { FailedRecordCount } = await kinesis.send(
        new PutRecordsCommand({ StreamName: deployment.artifactStream, Records }),
      );
      expect(FailedRecordCount).toBe(0);
      await expect.poll(() => quarantine.reasonOf(id), poll).toBe('not JSON');
      const task = await mesh.send('talker', 'and on');
      expect(task.status.state).toBe('TASK_STATE_COMPLETED');
      expect(task.artifacts[0].parts.map(({ text }: { text: string }) => text).join('')).toBe('and on ');
    });
  },
);
