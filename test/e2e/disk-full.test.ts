import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetRecordsCommand, GetShardIteratorCommand, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsClients } from '#test/support/aws-clients.ts';
import { fixtureConfig, Mesh } from '#test/support/mesh.ts';
import { bearer, textMessage } from '#test/support/mesh-client.ts';
import { describeOnSmallDisk, SmallDisk } from '#test/support/small-disk.ts';

const patience = { timeout: 30_000, interval: 100 };
const stream = 'starling-local-artifacts';
const lines = (mesh: Mesh, text: string) => mesh.output.split(text).length - 1;
const cannotWrite = 'the store cannot write';
const large = 'x'.repeat(20_000);

type Clients = Awaited<ReturnType<typeof awsClients>>;

const cloudEvent = {
  specversion: '1.0',
  id: '1',
  source: 'com.example.orders',
  type: 'OrderPlaced.v1',
  data: { large },
};
const putCloudEvent = async (mesh: Mesh) =>
  fetch(`${mesh.url}/events`, {
    method: 'POST',
    headers: { ...bearer(await mesh.token()), 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify(cloudEvent),
  });
const putEvents = (id: number) =>
  new PutEventsCommand({
    Entries: [
      {
        EventBusName: 'starling-local',
        Source: 'com.example',
        DetailType: 'Numbered',
        Detail: JSON.stringify({ id, large }),
      },
    ],
  });
const putRecords = (id: number) =>
  new PutRecordsCommand({
    StreamName: stream,
    Records: [{ PartitionKey: 'same', Data: Buffer.from(JSON.stringify({ id, large })) }],
  });

describeOnSmallDisk('a disk that runs full while the mesh runs', { timeout: 90_000 }, () => {
  let disk: SmallDisk;
  let mesh: Mesh;
  let aws: Clients;
  let QueueUrl: string | undefined;
  /** What was acknowledged, by what it was. */
  const kept = { tasks: [] as string[], messages: [] as string[], records: [] as string[], events: [] as number[] };

  beforeAll(async () => {
    disk = new SmallDisk(24_000);
    mesh = await Mesh.start({ config: fixtureConfig, data: `${disk.folder}/data` });
    aws = await awsClients(mesh);
    ({ QueueUrl } = await aws.sqs.send(new CreateQueueCommand({ QueueName: 'kept' })));
  });
  afterAll(async () => {
    aws.destroy();
    await mesh.stop();
    disk.remove();
  });

  async function storeEvent({ events }: Clients, number: number): Promise<void> {
    expect(await events.send(putEvents(number))).toMatchObject({ FailedEntryCount: 0 });
    kept.events.push(number);
  }

  async function storeRecord({ kinesis }: Clients, number: number): Promise<void> {
    expect(await kinesis.send(putRecords(number))).toMatchObject({ FailedRecordCount: 0 });
    kept.records.push(`${number}`);
  }

  /** Everything that a client may store, once; what is acknowledged is noted. */
  async function storeAll(number: number): Promise<unknown[]> {
    const text = `${number}`;
    const results = await Promise.allSettled([
      mesh.send('echo', text).then(({ id }) => kept.tasks.push(id)),
      aws.sqs
        .send(new SendMessageCommand({ QueueUrl, MessageBody: `${text} ${large}` }))
        .then(() => kept.messages.push(text)),
      storeRecord(aws, number),
      storeEvent(aws, number),
    ]);
    return results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  }

  /** Fills the disk, and what room the write-ahead log has left within itself. */
  async function leaveNoRoom(): Promise<unknown[]> {
    disk.fill();
    let refusals: unknown[] = [];
    await expect
      .poll(async () => {
        refusals = await storeAll(1);
        return refusals.length;
      }, patience)
      .toBe(4);
    return refusals;
  }

  it('has every door say that it cannot store, by the code that has clients try again', async () => {
    expect(await storeAll(0)).toEqual([]);
    // Work that is under way when the room ends, and is done before there is any again.
    const patient = await mesh.send('patient', '1500', { configuration: { returnImmediately: true } });
    await expect.poll(async () => (await mesh.task('patient', patient.id)).status.state, patience).toMatch(/WORKING/);

    const refusals = await leaveNoRoom();
    for (const refusal of refusals.slice(1)) {
      expect(refusal).toMatchObject({ name: 'ServiceUnavailable', $metadata: { httpStatusCode: 503 } });
    }
    for (let call = 0; call < 20; call++) {
      const { status, body } = await mesh.rpc('echo', 'SendMessage', { message: textMessage('no room') });
      expect(status).toBe(503);
      expect(body.error).toMatchObject({ code: -32052, data: [{ reason: 'STORE_UNAVAILABLE' }] });
    }
    const taken = await putCloudEvent(mesh);
    expect(taken.status).toBe(503);

    // Reads go on.
    const [id = ''] = kept.tasks;
    expect((await mesh.task('echo', id)).status.state).toBe('TASK_STATE_COMPLETED');
    expect((await mesh.admin('/admin/tasks')).status).toBe(200);
    expect((await fetch(`${mesh.url}/health`)).status).toBe(200);
    const metrics = await (await mesh.admin('/metrics')).text();
    expect(Number(/^starling_store_write_failures_total\{reason="full"\} (\d+)$/m.exec(metrics)?.[1])).toBeGreaterThan(
      20,
    );
    // One line for all of them, that says what to do.
    expect(lines(mesh, cannotWrite)).toBe(1);
    expect(mesh.output).toContain(`There is no room left for ${disk.folder}/data/starling.db: free space on its disk.`);
    expect(mesh.output).not.toMatch(/a call failed|receiving from a queue failed|an event was not taken/);

    // The agent has done its work and cannot tell.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect((await mesh.task('patient', patient.id)).status.state).toBe('TASK_STATE_WORKING');

    disk.free();

    await expect.poll(async () => (await mesh.task('patient', patient.id)).status.state, patience).toMatch(/COMPLETED/);
    expect((await mesh.task('patient', patient.id)).artifacts[0].parts[0].text).toBe('waited at attempt 1');
  });

  it('goes on by itself when there is room again', async () => {
    await expect.poll(() => storeAll(2), patience).toEqual([]);
    expect((await putCloudEvent(mesh)).status).toBe(200);
    await expect
      .poll(async () => {
        await mesh.send('echo', 'still here');
        return lines(mesh, 'the store writes again');
      }, patience)
      .toBe(1);
  });

  it("has an SDK's own retries get through", async () => {
    const patientClients = await awsClients(mesh, { maxAttempts: 10 });
    await leaveNoRoom();
    const sent = Promise.all([storeEvent(patientClients, 3), storeRecord(patientClients, 3)]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    disk.free();
    await sent;
    patientClients.destroy();
  });

  it('loses nothing that was acknowledged, when it is full again and again, nor over a restart', async () => {
    for (let round = 0; round < 5; round++) {
      const load = Promise.all(Array.from({ length: 10 }, (_, i) => storeAll(100 + round * 10 + i)));
      disk.fill();
      await load;
      disk.free();
    }
    disk.fill();
    expect(await mesh.stop()).toEqual({ code: 0, signal: null });
    aws.destroy();
    const start = () => Mesh.start({ config: fixtureConfig, data: `${disk.folder}/data` });
    // It needs room only where the last one left messages in flight, which it makes visible again.
    const early = await start().catch((error: unknown) => error);
    if (!(early instanceof Mesh)) expect(String(early)).toMatch(/ended with 1 .* is full/s);
    disk.free();
    mesh = early instanceof Mesh ? early : await start();
    aws = await awsClients(mesh);

    for (const id of kept.tasks) {
      await expect.poll(async () => (await mesh.task('echo', id)).status.state, patience).toMatch(/COMPLETED/);
    }
    expect((await readRecords(aws)).sort()).toEqual(kept.records.sort());
    expect((await drain(aws, `${mesh.url}/000000000000/kept`, kept.messages.length)).sort()).toEqual(
      kept.messages.sort(),
    );
    const archived = await archivedNumbers(mesh, kept.events.length);
    expect(archived.sort()).toEqual(kept.events.sort());
  });
});

/** The ids of the records that the test put. */
async function readRecords({ kinesis }: Clients): Promise<string[]> {
  const found: string[] = [];
  for (let shard = 0; shard < 4; shard++) {
    const ShardId = `shardId-${String(shard).padStart(12, '0')}`;
    let { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({ StreamName: stream, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    for (;;) {
      const { Records = [], NextShardIterator } = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
      if (Records.length === 0) break;
      for (const { Data } of Records) found.push(String(JSON.parse(Buffer.from(Data ?? []).toString()).id));
      ShardIterator = NextShardIterator;
    }
  }
  return found;
}

async function drain({ sqs }: Clients, QueueUrl: string, count: number): Promise<string[]> {
  const found: string[] = [];
  while (found.length <= count) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600, WaitTimeSeconds: 1 }),
    );
    if (Messages.length === 0) break;
    for (const { Body = '' } of Messages) found.push(Body.split(' ')[0] ?? '');
  }
  return found;
}

async function archivedNumbers(mesh: Mesh, count: number): Promise<number[]> {
  const pattern = encodeURIComponent(JSON.stringify({ 'detail-type': ['Numbered'] }));
  const response = await mesh.admin(`/admin/events?after=0&pattern=${pattern}`);
  const found: number[] = [];
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const parts = text.split('\n');
    text = parts.pop() ?? '';
    for (const line of parts)
      if (line.startsWith('data: ')) found.push(JSON.parse(line.slice('data: '.length)).detail.id);
    if (found.length >= count) break;
  }
  return found;
}
