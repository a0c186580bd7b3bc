import { randomUUID } from 'node:crypto';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { CreateQueueCommand, SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { awsClients } from '#test/support/aws-clients.ts';
import type { Mesh } from '#test/support/mesh.ts';
import { bearer, textMessage } from '#test/support/mesh-client.ts';
import { readStream } from '#test/support/sse.ts';
import type { Acknowledgement } from './power-cut.ts';

const BUS = 'starling-local';
const STREAM = 'starling-local-artifacts';
/** Of connections, where there are many. */
const MANY = 32;

type AwsClients = Awaited<ReturnType<typeof awsClients>>;

/** Calls the mesh by each of its doors, and gives what it acknowledged. */
export async function knockAtAll(mesh: Mesh): Promise<readonly Acknowledgement[]> {
  const clients = await awsClients(mesh);
  const follower = await followArchive(mesh);
  try {
    const alone = await times(150, () => send(mesh, 'SendMessage, one connection'), 1);
    const together = await times(320, () => send(mesh, 'SendMessage, many connections'), MANY);
    const mixed = await Promise.all([
      times(96, () => send(mesh, 'SendMessage, not blocking', { returnImmediately: true }), MANY),
      times(60, () => watch(mesh), 8),
      times(4, () => stream(mesh), 4),
      times(20, () => putEvents(clients), 4),
      times(20, () => putRecords(clients), 4),
      times(20, () => postEvent(mesh), 4),
      times(8, () => fillQueue(clients), 4),
      times(20, await fifoSender(clients), 4),
    ]);
    return [...alone, ...together, ...mixed.flat(), ...(await follower.stop())];
  } finally {
    clients.destroy();
  }
}

/** Does it so often, by so many at the same time. */
async function times(
  count: number,
  call: () => Promise<readonly Acknowledgement[]>,
  many: number,
): Promise<readonly Acknowledgement[]> {
  const all: Acknowledgement[] = [];
  let left = count;
  const caller = async () => {
    while (left-- > 0) all.push(...(await call()));
  };
  await Promise.all(Array.from({ length: many }, caller));
  return all;
}

async function send(
  mesh: Mesh,
  door: string,
  configuration: { readonly returnImmediately?: boolean } = {},
): Promise<readonly Acknowledgement[]> {
  const message = textMessage(randomUUID());
  return [await taskOf(mesh, door, 'SendMessage', { message, configuration })];
}

/** Asks for a task again and again until it has ended. */
async function watch(mesh: Mesh): Promise<readonly Acknowledgement[]> {
  const { id } = await mesh.send('echo', 'watched', { configuration: { returnImmediately: true } });
  const seen: Acknowledgement[] = [];
  do seen.push(await taskOf(mesh, 'GetTask', 'GetTask', { id }));
  while (seen.at(-1)?.values.at(-1) !== 'TASK_STATE_COMPLETED');
  return seen;
}

async function taskOf(mesh: Mesh, door: string, method: string, params: object): Promise<Acknowledgement> {
  const id = randomUUID();
  const response = await mesh.post('echo', { jsonrpc: '2.0', id, method, params });
  const { result } = (await response.json()) as { result: { task?: TaskAnswer } & TaskAnswer };
  const task = result.task ?? result;
  return {
    door,
    text: `"id":"${id}"`,
    // One that had not ended may have gone on meanwhile.
    sql: "SELECT 1 FROM tasks WHERE id = ? AND ? IN (state, 'TASK_STATE_SUBMITTED', 'TASK_STATE_WORKING')",
    values: [task.id, task.status.state],
  };
}

interface TaskAnswer {
  readonly id: string;
  readonly status: { readonly state: string };
}

async function stream(mesh: Mesh): Promise<readonly Acknowledgement[]> {
  const rpcId = randomUUID();
  const params = { message: textMessage('one two three four five') };
  const body = { jsonrpc: '2.0', id: rpcId, method: 'SendStreamingMessage', params };
  const events = await readStream(await mesh.post('talker', body));
  const taskId = events[0]?.result.task.id;
  return events.map(({ id }) => ({
    door: 'SendStreamingMessage, an entry of the log',
    text: `id: ${id}\ndata: {"jsonrpc":"2.0","id":"${rpcId}"`,
    sql: 'SELECT 1 FROM task_log JOIN tasks USING (task) WHERE tasks.id = ? AND task_log.position = ?',
    values: [taskId, id],
  }));
}

const ofEvent = (door: string, text: string, eventId: string): Acknowledgement => ({
  door,
  text,
  sql: `SELECT 1 FROM events WHERE event LIKE '{"version":"0","id":"' || ? || '"%'`,
  values: [eventId],
});

async function putEvents({ events }: AwsClients): Promise<readonly Acknowledgement[]> {
  const entry = { EventBusName: BUS, Source: 'shop', DetailType: 'Ordered.v1', Detail: '{"n":1}' };
  const { Entries = [] } = await events.send(new PutEventsCommand({ Entries: Array(10).fill(entry) }));
  return Entries.map(({ EventId = '' }) => ofEvent('PutEvents', `"EventId":"${EventId}"`, EventId));
}

async function postEvent(mesh: Mesh): Promise<readonly Acknowledgement[]> {
  const response = await fetch(`${mesh.url}/events`, {
    method: 'POST',
    headers: { ...bearer(await mesh.token()), 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify({ specversion: '1.0', id: randomUUID(), source: 'shop', type: 'Ordered.v1', data: {} }),
  });
  const { eventId } = (await response.json()) as { eventId: string };
  return [ofEvent('POST /events', `"eventId":"${eventId}"`, eventId)];
}

async function putRecords({ kinesis }: AwsClients): Promise<readonly Acknowledgement[]> {
  const Records = Array.from({ length: 10 }, () => ({ PartitionKey: 'k', Data: Buffer.from(randomUUID()) }));
  const answer = await kinesis.send(new PutRecordsCommand({ StreamName: STREAM, Records }));
  return (answer.Records ?? []).map(({ SequenceNumber }, index) => ({
    door: 'PutRecords',
    text: `"SequenceNumber":"${SequenceNumber}"`,
    sql: 'SELECT 1 FROM records WHERE data = CAST(? AS BLOB)',
    values: [String(Records[index]?.Data)],
  }));
}

async function fillQueue({ sqs }: AwsClients): Promise<readonly Acknowledgement[]> {
  const QueueName = `q-${randomUUID()}`;
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName }));
  const made: Acknowledgement = {
    door: 'CreateQueue',
    text: `"QueueUrl":"${QueueUrl}"`,
    sql: 'SELECT 1 FROM made_resources WHERE name = ?',
    values: [QueueName],
  };
  const ofMessage = (door: string, { MessageId = '' }: { MessageId?: string | undefined }): Acknowledgement => ({
    door,
    text: `"MessageId":"${MessageId}"`,
    sql: 'SELECT 1 FROM messages WHERE message_id = ?',
    values: [MessageId],
  });
  const single = async () => {
    const answer = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }));
    return [ofMessage('SQS SendMessage', answer)];
  };
  const batch = async () => {
    const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: String(index), MessageBody: 'one of ten' }));
    const { Successful = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    return Successful.map((answer) => ofMessage('SQS SendMessageBatch', answer));
  };
  return [made, ...(await times(5, single, 1)), ...(await times(2, batch, 2))];
}

/** What sends to a FIFO queue of its own. */
async function fifoSender({ sqs }: AwsClients): Promise<() => Promise<readonly Acknowledgement[]>> {
  const QueueName = `q-${randomUUID()}.fifo`;
  const Attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  return async () => {
    const message = { QueueUrl, MessageBody: randomUUID(), MessageGroupId: 'g' };
    const { MessageId = '' } = await sqs.send(new SendMessageCommand(message));
    const sql = 'SELECT 1 FROM fifo_messages WHERE message_id = ?';
    return [{ door: 'SQS SendMessage, FIFO', text: `"MessageId":"${MessageId}"`, sql, values: [MessageId] }];
  };
}

/** Follows the archive as `starling events tail` does, and gives what it was shown. */
async function followArchive(mesh: Mesh): Promise<{ stop(): Promise<readonly Acknowledgement[]> }> {
  const response = await mesh.admin('/admin/events?after=0');
  let text = '';
  const ended = (async () => {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      if (text.includes(LAST)) return;
    }
  })();
  return {
    async stop() {
      await fetch(`${mesh.url}/events`, {
        method: 'POST',
        headers: { ...bearer(await mesh.token()), 'content-type': 'application/cloudevents+json' },
        body: JSON.stringify({ specversion: '1.0', id: '1', source: 'the-test', type: LAST, data: {} }),
      });
      await ended;
      const shown = text.matchAll(/^id: (\d+)\ndata: (\{"version":"0","id":"[^"]+")/gm);
      return Array.from(shown, ([, position = '', start = '']) => ({
        door: 'events tail',
        text: `id: ${position}\ndata: ${start}`,
        sql: "SELECT 1 FROM events WHERE position = ? AND event LIKE ? || '%'",
        values: [Number(position), start],
      }));
    },
  };
}

/** The detail-type of the event that a follower waits for. */
const LAST = 'Stopped.v1';
