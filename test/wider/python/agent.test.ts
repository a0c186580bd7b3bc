import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { freePort } from '#deployment/emulator/free-port.ts';
import { awsClients } from '#test/support/aws-clients.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { Mesh } from '#test/support/mesh.ts';
import type { SeenEvent } from '#test/support/mesh-client.ts';
import { describeWith } from '../tools.ts';
import { environmentOf, installed } from './environment.ts';

type Agent = ChildProcessByStdio<null, Readable, Readable>;

const script = path.resolve(import.meta.dirname, '../../../examples/python-agent/umbrella.py');
const patience = { timeout: 120_000 };

it('examples/python-agent/umbrella.py has at most 40 lines', () => {
  expect(readFileSync(script, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(40);
});

describeWith(['python3'], 'examples/python-agent', () => {
  let python: string;
  beforeAll(async () => {
    python = path.join(await installed('boto3'), 'python');
  });

  let data: string;
  let port: string;
  let mesh: Mesh;
  let agents: Agent[];
  beforeEach(async () => {
    data = temporaryFolder();
    port = String(await freePort());
    agents = [];
    await startMesh();
  });
  afterEach(async () => {
    for (const agent of agents) agent.kill('SIGKILL');
    await mesh.stop();
    rmSync(data, { recursive: true, force: true });
  });

  /** Where the one before was: the agent knows one address. */
  async function startMesh(): Promise<void> {
    mesh = await Mesh.start({ data, env: { STARLING_PORT: port } });
  }

  /** Comes back when the agent listens. */
  async function startAgent(): Promise<Agent> {
    const agent = spawn(python, [script], { env: await environmentOf(mesh), stdio: ['ignore', 'pipe', 'pipe'] });
    agents.push(agent);
    await Promise.race([once(agent.stdout, 'data'), failing(agent)]);
    return agent;
  }

  async function end(agent: Agent, signal: NodeJS.Signals) {
    const exited = once(agent, 'exit');
    agent.kill(signal);
    const [code] = await exited;
    return code as number | null;
  }

  /** How many messages the agent's queue has: that wait, and that are being worked on. */
  async function queued(): Promise<readonly unknown[]> {
    const { sqs, destroy } = await awsClients(mesh);
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'umbrella' }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    destroy();
    return [Attributes?.ApproximateNumberOfMessages, Attributes?.ApproximateNumberOfMessagesNotVisible];
  }

  /** Asks the weather agent, and gives the task's id. */
  async function ask(location: string): Promise<string> {
    const message = { parts: [{ data: { location } }] };
    const { id } = await mesh.send('weather', '', { message });
    return id;
  }

  /** The advice that a task led to, as soon as it is on the bus, with the event that it names as its cause. */
  async function adviceOn(taskId: string, count = 1) {
    const adviceOf = (events: readonly SeenEvent[]) =>
      events.filter(({ 'detail-type': type }) => type === 'UmbrellaAdvised.v1');
    const events = await eventsUntil(mesh, taskId, (events) => adviceOf(events).length === count);
    const advice = adviceOf(events);
    const cause = events.find(({ detail }) => detail.id === advice[0]?.detail.causationid);
    return { advice: advice.map(({ detail }) => detail), cause };
  }

  it('answers what the weather agent reports with an event of its own, which names its cause', patience, async () => {
    await startAgent();
    const { advice, cause } = await adviceOn(await ask('Seoul'));
    expect(advice).toMatchObject([
      { source: 'examples.umbrella', data: { location: 'Seoul', umbrella: expect.any(Boolean) } },
    ]);
    expect(cause).toMatchObject({ source: 'starling.agents.weather', 'detail-type': 'TaskStatusChanged.v1' });
    expect(advice[0].traceparent).toBe(cause?.detail.traceparent);
    await vi.waitFor(async () => expect(await queued()).toEqual(['0', '0']), 15_000);
  });

  it('gives what it says a second time the same id', patience, async () => {
    await startAgent();
    const taskId = await ask('Seoul');
    const { cause, advice } = await adviceOn(taskId);
    const { sqs, destroy } = await awsClients(mesh);
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'umbrella' }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(cause) }));
    destroy();
    const twice = await adviceOn(taskId, 2);
    expect(twice.advice.map(({ id }) => id)).toEqual([advice[0].id, advice[0].id]);
  });

  it('gets what was reported while it was away', patience, async () => {
    const first = await startAgent();
    await adviceOn(await ask('Seoul'));
    expect(await end(first, 'SIGTERM')).toBe(0);
    const taskId = await ask('Reykjavik');
    const second = await startAgent();
    expect((await adviceOn(taskId)).advice).toMatchObject([{ data: { location: 'Reykjavik' } }]);
    expect(await end(second, 'SIGINT')).toBe(0);
  });

  it('goes on after a mesh that was killed, and after it was killed itself', patience, async () => {
    const agent = await startAgent();
    await adviceOn(await ask('Seoul'));
    const complaint = once(agent.stderr, 'data');
    mesh.signal('SIGKILL');
    await mesh.exited;
    // Until then it is the SDK that tries again.
    await complaint;
    await startMesh();
    expect((await adviceOn(await ask('Paris'))).advice[0]).toMatchObject({ data: { location: 'Paris' } });
    await end(agent, 'SIGKILL');
    const taskId = await ask('Tokyo');
    await startAgent();
    expect((await adviceOn(taskId)).advice[0]).toMatchObject({ data: { location: 'Tokyo' } });
  });
});

async function failing(agent: Agent): Promise<never> {
  const [code] = await once(agent, 'exit');
  throw new Error(`the agent ended with ${code}`);
}

/** The events of a task up to one that is waited for. */
async function eventsUntil(
  mesh: Mesh,
  taskId: string,
  enough: (events: readonly SeenEvent[]) => boolean,
): Promise<readonly (SeenEvent & { readonly source: string })[]> {
  const pattern = encodeURIComponent(JSON.stringify({ detail: { correlationid: [taskId] } }));
  const response = await mesh.admin(`/admin/events?after=0&pattern=${pattern}`);
  const events: (SeenEvent & { readonly source: string })[] = [];
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data: ')) events.push(JSON.parse(line.slice('data: '.length)));
    if (enough(events)) break;
  }
  return events;
}
