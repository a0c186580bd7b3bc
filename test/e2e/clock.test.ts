import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients } from '#test/support/aws-clients.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { fixtureConfig, Mesh } from '#test/support/mesh.ts';
import { bearer, textMessage } from '#test/support/mesh-client.ts';
import { readStream } from '#test/support/sse.ts';
import { WallClock } from '#test/support/wall-clock.ts';

const HOUR = 3_600;
const patience = { timeout: 30_000, interval: 20 };
const atOnce = { configuration: { returnImmediately: true } };

/** A mesh of its own, the folder kept for its next start, and its wall clock. */
function setting() {
  const clock = new WallClock();
  const data = temporaryFolder();
  const start = () => Mesh.start({ config: fixtureConfig, data, env: clock.env });
  return { clock, start };
}

async function stateOf(mesh: Mesh, agent: string, id: string): Promise<string> {
  return (await mesh.task(agent, id)).status.state;
}

async function ahead(mesh: Mesh): Promise<number> {
  const metrics = await (await mesh.admin('/metrics')).text();
  return Number(/^starling_clock_ahead_seconds (\S+)$/m.exec(metrics)?.[1]);
}

/** Through the door of SQS, signed by the clock of the mesh, and with a client for each: they learn the time from answers. */
async function withSqs<T>(mesh: Mesh, clock: WallClock, use: (client: SQSClient) => Promise<T>): Promise<T> {
  const clients = await awsClients(mesh, { systemClockOffset: clock.offset });
  try {
    return await use(clients.sqs);
  } finally {
    clients.destroy();
  }
}

const makeQueue = (mesh: Mesh, clock: WallClock) =>
  withSqs(mesh, clock, (client) => client.send(new CreateQueueCommand({ QueueName: 'later' })));

async function sendLater(mesh: Mesh, clock: WallClock, MessageBody: string): Promise<void> {
  const { QueueUrl } = await makeQueue(mesh, clock);
  await withSqs(mesh, clock, (client) =>
    client.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds: 3 })),
  );
}

/** Receives what is there, and deletes it. */
async function receive(mesh: Mesh, clock: WallClock) {
  const QueueUrl = `${mesh.url}/000000000000/later`;
  const { Messages = [] } = await withSqs(mesh, clock, (client) =>
    client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 })),
  );
  for (const { ReceiptHandle } of Messages) {
    await withSqs(mesh, clock, (client) => client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle })));
  }
  return Messages.map(({ Body }) => Body);
}

describe('a clock that is set back by an hour', { timeout: 60_000 }, () => {
  const { clock, start } = setting();
  let mesh: Mesh;

  beforeAll(async () => {
    mesh = await start();
  });
  afterAll(async () => {
    await mesh.stop();
    clock.remove();
  });

  it('holds up nothing that was under way: deadlines, retries, delays, streams', async () => {
    await sendLater(mesh, clock, 'while it ran');
    const response = await mesh.post('talker', {
      jsonrpc: '2.0',
      id: 1,
      method: 'SendStreamingMessage',
      params: { message: textMessage('one two three four five six seven eight nine ten') },
    });
    const stream = readStream(response);
    const sleeper = await mesh.send('sleeper', 'hang', atOnce);
    const flaky = await mesh.send('flaky', 'go', atOnce);
    await expect.poll(() => mesh.output, patience).toContain('the attempt failed and will be made again');

    await clock.set(-HOUR, mesh);

    expect((await mesh.send('echo', 'at once')).status.state).toBe('TASK_STATE_COMPLETED');
    const events = await stream;
    expect(events.at(-1)?.result.statusUpdate.status.state).toBe('TASK_STATE_COMPLETED');
    await expect.poll(() => stateOf(mesh, 'flaky', flaky.id), patience).toBe('TASK_STATE_COMPLETED');
    await expect.poll(() => stateOf(mesh, 'sleeper', sleeper.id), patience).toBe('TASK_STATE_FAILED');
    expect((await mesh.task('sleeper', sleeper.id)).status.message.parts[0].text).toContain('deadline');
    expect(await receive(mesh, clock)).toEqual(['while it ran']);
  });

  it('is told once, and by a gauge', async () => {
    expect(mesh.output.match(/the clock of the machine was set back/g)).toHaveLength(1);
    const seconds = await ahead(mesh);
    expect(seconds).toBeGreaterThan(HOUR - 60);
    expect(seconds).toBeLessThanOrEqual(HOUR);
  });

  it('goes on with new work: retries, deadlines and threads', async () => {
    const spinner = await mesh.send('spinner', 'hang', atOnce);
    const flaky = await mesh.send('flaky', 'go');
    expect(flaky.status.state).toBe('TASK_STATE_COMPLETED');
    await expect.poll(() => stateOf(mesh, 'spinner', spinner.id), patience).toBe('TASK_STATE_FAILED');
  });

  it('takes tokens and signatures as the wall clock says, from before and from after', async () => {
    const before = await mesh.token();
    const after = await mesh.tokenOf(mesh.client);
    const { iat } = JSON.parse(Buffer.from(after.split('.')[1] ?? '', 'base64url').toString());
    expect(iat).toBeLessThan(Date.now() / 1_000 - HOUR + 60);
    const status = async (token: string) => (await fetch(`${mesh.url}/admin/tasks`, { headers: bearer(token) })).status;
    expect(await Promise.all([before, after].map(status))).toEqual([200, 200]);
    const unset = await awsClients(mesh);
    await expect(unset.sqs.send(new CreateQueueCommand({ QueueName: 'later' }))).rejects.toThrow('not yet current');
    unset.destroy();

    await clock.set(HOUR + 60, mesh);
    // The one that was issued an hour back is out of date by now, the other has still an hour.
    expect(await Promise.all([before, after].map(status))).toEqual([200, 401]);
    await makeQueue(mesh, clock);
  });

  it('is over once the clock has caught up', async () => {
    expect(await ahead(mesh)).toBe(0);
    expect(mesh.output).toContain('the clock of the machine has caught up');
  });

  it('comes up in the next start too', async () => {
    await sendLater(mesh, clock, 'over a restart');
    await mesh.stop({ keep: true });
    await clock.set(-HOUR);
    mesh = await start();
    expect(mesh.output).toContain('the clock of the machine was set back');
    expect((await mesh.send('flaky', 'go')).status.state).toBe('TASK_STATE_COMPLETED');
    expect(await receive(mesh, clock)).toEqual(['over a restart']);
  });
});

describe('a clock that jumps ahead by two hours, as after a sleep', { timeout: 60_000 }, () => {
  const { clock, start } = setting();
  let mesh: Mesh;

  beforeAll(async () => {
    mesh = await start();
  });
  afterAll(async () => {
    await mesh.stop();
    clock.remove();
  });

  it('is followed: what was due is due, old tokens are not taken, and calls go on', async () => {
    const old = await mesh.token();
    await sendLater(mesh, clock, 'due');
    await clock.set(2 * HOUR, mesh);
    expect((await fetch(`${mesh.url}/admin/tasks`, { headers: bearer(old) })).status).toBe(401);
    const token = await mesh.tokenOf(mesh.client);
    const { status } = await fetch(`${mesh.url}/admin/tasks`, { headers: bearer(token) });
    expect(status).toBe(200);
    const answer = await mesh.rpc('flaky', 'SendMessage', { message: textMessage('go') }, bearer(token));
    expect(answer.body.result.task.status.state).toBe('TASK_STATE_COMPLETED');
    expect(await receive(mesh, clock)).toEqual(['due']);
    expect(mesh.output).not.toContain('was set back');
  });
});
