import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KinesisStreamRecord, SQSRecord } from 'aws-lambda';
import { restEvent } from '#test/support/rest-api.ts';
import type { CallCount, Counts, Delivery, Kind, Row } from '#tools/cost/counts.ts';
import { chunkBatches, chunksOf } from '#tools/cost/durations.ts';
import type { CountedMesh } from './mesh.ts';
import { receive, StreamReader } from './sources.ts';
import type { Stage } from './stage.ts';

export interface CallToCount {
  readonly kind: Kind;
  readonly seconds: number;
  readonly delivery: Delivery;
  /** Kinesis pushes each chunk. Otherwise Lambda fetches them once a second. */
  readonly fanOut?: true;
}

/** Milliseconds in which events that were put together arrive together. */
const GATHER = 500;

/** Makes one call, plays the event source mappings between the functions, and tells what they all did. */
export class CallCounter {
  readonly #mesh: CountedMesh;
  readonly #stage: Stage;
  readonly #stream: StreamReader;
  #getTask: Counts['getTask'] | undefined;

  constructor(mesh: CountedMesh, stage: Stage) {
    this.#mesh = mesh;
    this.#stage = stage;
    this.#stream = new StreamReader(stage.stream);
  }

  async count(call: CallToCount): Promise<CallCount> {
    const { kind, seconds } = call;
    this.#mesh.take();
    const agent = kind === 'streaming' ? 'talker' : 'timer';
    const text = kind === 'streaming' ? String(chunksOf(seconds)) : String(seconds);
    const answered = this.#mesh.invoke('gateway', sendEvent(agent, kind, text));
    // Who awaits it below hears of a failure; until then nobody may.
    answered.catch(() => {});
    const [request] = await receive(this.#stage.queues[agent], 20);
    if (request === undefined) throw new Error(`no request came to ${agent}: ${JSON.stringify(await answered)}`);
    const attempt = this.#mesh.invoke(agent, { Records: [request] });
    const events = await this.#project(call, attempt);
    const answer = (await answered) as { statusCode: number; body: string };
    if (answer.statusCode !== 200) throw new Error(`the gateway answered ${answer.statusCode}: ${answer.body}`);
    const { rows, requests, ...taken } = this.#mesh.take();
    const last = kind === 'immediate' ? await this.#get(agent, answer.body) : answer.body;
    if (!last.includes('TASK_STATE_COMPLETED')) throw new Error(`the task did not end: ${last}`);
    const get = this.#mesh.take();
    const { logs, logLines } = get.bytes;
    if (kind === 'immediate') this.#getTask = { rows: get.rows, requests: get.requests, bytes: { logs, logLines } };
    const looks = rows.filter((row) => isLook(row, kind)).reduce((sum, { count }) => sum + count, 0);
    return {
      ...call,
      ...taken,
      rows: rows.filter((row) => !isLook(row, kind)),
      requests: requests.map((request) =>
        request.actor === 'gateway' && request.operation === 'dynamodb.Query'
          ? { ...request, count: request.count - looks }
          : request,
      ),
      messages: { agent: 1, projector: events },
    };
  }

  /** What the last GetTask did, which follows each immediate call. */
  get getTask(): Counts['getTask'] {
    if (this.#getTask === undefined) throw new Error('no immediate call was counted yet');
    return this.#getTask;
  }

  /** Hands the agent's events to the projector, and chunks to theirs, until the turn has ended. Returns how many events. */
  async #project({ seconds, delivery, kind, fanOut }: CallToCount, attempt: Promise<unknown>): Promise<number> {
    // What a stream says of its status is seconds apart: its beginning and its end.
    const isTogether = delivery === 'busy' && kind !== 'streaming';
    let events = 0;
    let done = false;
    attempt.finally(() => {
      done = true;
    });
    const batches: KinesisStreamRecord[][] = [];
    for (let ended = false; !ended; ) {
      const messages = await this.#messages(isTogether);
      events += messages.length;
      ended = messages.some(({ body }) => body.includes('TASK_STATE_COMPLETED'));
      if (ended && kind === 'streaming') {
        await attempt;
        const records = await this.#stream.records();
        batches.push(...inBatches(records, fanOut ? records.length : chunkBatches(seconds)));
        // The status, by the bus, is slower than a chunk that is pushed, and faster than the last chunks that are fetched.
        const early = batches.splice(0, fanOut ? batches.length : batches.length - 1);
        for (const Records of early) await this.#mesh.invoke('chunks', { Records });
      }
      for (const Records of inRuns(messages, isTogether)) await this.#mesh.invoke('projector', { Records });
      if (messages.length === 0 && done && !ended) throw new Error(`the agent ended and no end came: ${await attempt}`);
    }
    for (const Records of batches) await this.#mesh.invoke('chunks', { Records });
    return events;
  }

  async #messages(isTogether: boolean): Promise<SQSRecord[]> {
    const queue = this.#stage.queues.projector;
    const first = await receive(queue, 1);
    if (first.length === 0 || !isTogether) return first;
    await sleep(GATHER);
    return [...first, ...(await receive(queue, 0))];
  }

  async #get(agent: string, body: string): Promise<string> {
    const { id } = JSON.parse(body).result.task;
    const answer = await this.#mesh.invoke('gateway', rpcEvent(agent, 'GetTask', { id }));
    return (answer as { body: string }).body;
  }
}

/** In the order of the agent's work, each alone or all at once. */
function inRuns(messages: readonly SQSRecord[], isTogether: boolean): SQSRecord[][] {
  const place = ({ body }: SQSRecord) => JSON.parse(body).detail.data.sequence as number;
  const ordered = [...messages].sort((a, b) => place(a) - place(b));
  if (!isTogether) return ordered.map((message) => [message]);
  return ordered.length === 0 ? [] : [ordered];
}

function inBatches(records: readonly KinesisStreamRecord[], count: number): KinesisStreamRecord[][] {
  const size = Math.ceil(records.length / count);
  return Array.from({ length: count }, (_, at) => records.slice(at * size, (at + 1) * size));
}

/** A look of a tail at its log. How often it looks is a matter of time, which the model works out. */
function isLook({ actor, api, what }: Row, kind: Kind): boolean {
  return kind !== 'immediate' && actor === 'gateway' && api === 'read' && what.startsWith('tasks');
}

function sendEvent(agent: string, kind: Kind, text: string) {
  const message = { messageId: randomUUID(), role: 'ROLE_USER', parts: [{ text }] };
  const configuration = kind === 'immediate' ? { configuration: { returnImmediately: true } } : {};
  return rpcEvent(agent, kind === 'streaming' ? 'SendStreamingMessage' : 'SendMessage', { message, ...configuration });
}

function rpcEvent(agentId: string, method: string, params: object) {
  return restEvent({
    parameters: { agentId },
    headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
}
