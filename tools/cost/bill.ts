import {
  authorizerCache,
  cpu,
  deliveries,
  LOG_OVERHEAD,
  latency,
  memory as memories,
  retention,
  traffic,
} from './assumptions.ts';
import { type CallCount, type Counts, countOf, type Delivery, type Kind, type Row } from './counts.ts';
import { computing, type Durations, durationsOf, type Setting } from './durations.ts';
import { guaranteeOf } from './guarantees.ts';
import { type PriceName, prices } from './prices.ts';
import { stack } from './stack.ts';
import { sum } from './units.ts';

/** A line of the bill of a million calls. */
export interface Line {
  readonly what: string;
  /** The amount of one call, as AWS meters it. */
  readonly quantity: number;
  readonly price: PriceName;
  /** Dollars of a million calls. */
  readonly usd: number;
  /** The guarantee that this line pays for. */
  readonly pays: string;
}

export interface CallShape {
  readonly kind: Kind;
  /** Of the agent's work. */
  readonly seconds: number;
  readonly delivery: Delivery;
  readonly fanOut?: true;
}

export const GB = 1024 ** 3;
const MB_A_GB = 1024;

export function line(what: string, quantity: number, price: PriceName, pays: string): Line {
  return { what, quantity, price, usd: quantity * prices[price].usd * 1e6, pays };
}

export function total(lines: readonly Line[]): number {
  return sum(lines.map(({ usd }) => usd));
}

/** GB-seconds of a function's time in milliseconds. */
export function gbSeconds(ms: number, memory: number): number {
  return (ms / 1000) * (memory / MB_A_GB);
}

/** The bill of a million calls to Starling, in the order of the call's way. */
export function billOf(shape: CallShape, counts: Counts, setting: Setting): Line[] {
  const call = countOf(counts, shape);
  const timed = { ...call, seconds: shape.seconds };
  const durations = durationsOf(timed, counts, setting);
  const apiCalls = durations.get > 0 ? 2 : 1;
  return [
    ...edge(durations, setting),
    ...shared(apiCalls),
    ...(setting.rateCounter ? [line('rate counter', apiCalls, 'writeUnit', 'no caller takes all')] : []),
    ...counted(call, 'gateway'),
    ...(durations.get > 0 ? counted(counts.getTask, 'gateway') : []),
    ...polls(durations),
    ...queue(
      call.messages.agent,
      call.runs.agent,
      "the agent's queue",
      'the request waits while the agent is busy or down',
    ),
    ...agentRun(durations.agent),
    ...counted(call, 'agent'),
    ...projection(call, shape.delivery, durations),
    ...counted(call, 'projector'),
    ...counted({ rows: counts.sweep }, 'sweeper'),
    ...(call.runs.chunks > 0 ? stream(call, durations) : []),
    ...kept(call),
    ...observed(call, shape.delivery, durations.get > 0 ? counts.getTask.bytes : undefined),
  ].filter(({ quantity }) => quantity > 0);
}

function edge({ gateway, get }: Durations, { gatewayMemory }: Setting): Line[] {
  const calls = get > 0 ? 2 : 1;
  const and = get > 0 ? ', with GetTask' : '';
  return [
    line(`API${and}`, calls, 'apiRequest', 'one address, TLS, throttling'),
    line(`gateway: runs${and}`, calls, 'lambdaRequest', 'A2A for any client'),
    line('gateway: time', gbSeconds(gateway + get, gatewayMemory), 'lambdaTime', 'an answer to a call, made of events'),
    ...authorizer(authorizerCache.ours),
  ];
}

/** The runs of the authorizer. One run serves all calls while API Gateway keeps its answer. */
export function authorizer(cache: number): Line[] {
  const pays = 'nobody in without a token';
  const runs = traffic.clientPause / cache;
  const time = gbSeconds(computing(cpu.authorizer, memories.authorizer) + latency.dynamodb, memories.authorizer);
  return [
    line('authorizer: runs', runs, 'lambdaRequest', pays),
    line('authorizer: time', runs * time, 'lambdaTime', pays),
  ];
}

/** The same for every architecture with this client. */
export function shared(answers: number): Line[] {
  return [
    line('token', 1 / traffic.callsPerToken, 'token', 'who calls'),
    line('answer over the internet', (answers * traffic.answer) / GB, 'transferOut', 'the answer'),
  ];
}

export function agentRun(ms: number): Line[] {
  return [
    line('agent: runs', 1, 'lambdaRequest', "the agent's own work"),
    line('agent: time', gbSeconds(ms, memories.agent), 'lambdaTime', "the agent's own work"),
  ];
}

const priceOf: Readonly<Record<Row['api'], PriceName>> = {
  write: 'writeUnit',
  'index write': 'writeUnit',
  read: 'readUnit',
  'newest read': 'readUnit',
  event: 'event',
  record: 'streamIn',
  blob: 'blobPut',
  secret: 'secretMonth',
};

/**
 * A line for each kind of item or event that a function writes, reads or publishes. A line of several kinds has their
 * sum.
 */
function counted({ rows }: Pick<CallCount, 'rows'>, actor: Row['actor']): Line[] {
  const lines = new Map<string, Line>();
  for (const row of rows) {
    if (row.actor !== actor || row.api === 'record') continue;
    const { what, pays } = guaranteeOf(row);
    lines.set(what, line(what, row.units + (lines.get(what)?.quantity ?? 0), priceOf[row.api], pays));
  }
  return [...lines.values()];
}

/** One eventually consistent read of a log. Its new entries have less than 4 KB. */
const POLL_UNITS = 0.5;

function polls({ polls: looks }: Durations): Line[] {
  return [line("tail of the task's log", looks * POLL_UNITS, 'readUnit', 'the answer soon after it is there')];
}

/** A message that a rule sends to a queue, and the receive and the delete of each run. */
function queue(messages: number, runs: number, what: string, pays: string): Line[] {
  return [line(`${what}: send, receive, delete`, messages + 2 * runs, 'queueRequest', pays)];
}

function projection(call: CallCount, delivery: Delivery, { projector }: Durations): Line[] {
  const runs = projectorRuns(call, delivery);
  return [
    ...queue(call.messages.projector, runs, "the projector's queue", 'no event of an agent is lost, whatever fails'),
    line('projector: runs', runs, 'lambdaRequest', 'one order of events for all readers'),
    line(
      'projector: time',
      gbSeconds(projector, memories.projector),
      'lambdaTime',
      'one order of events for all readers',
    ),
  ];
}

/** A run of a busy system takes events of several tasks: its requests are shared, its work for each event is not. */
function projectorRuns({ messages, runs }: CallCount, delivery: Delivery): number {
  return delivery === 'busy' ? messages.projector / deliveries.busy.eventsPerRun : runs.projector;
}

function stream(call: CallCount, { chunks }: Durations): Line[] {
  const kilobytes = sum(call.rows.filter(({ api }) => api === 'record').map(({ units }) => units));
  const gigabytes = (kilobytes * 1024) / GB;
  return [
    line('stream: chunks in', gigabytes, 'streamIn', 'chunks in order, as they are made'),
    line('stream: chunks out', gigabytes, call.fanOut ? 'fanOutOut' : 'streamOut', 'chunks in order, as they are made'),
    line('chunks: runs', call.runs.chunks, 'lambdaRequest', 'chunks of a batch become one entry'),
    line('chunks: time', gbSeconds(chunks, memories.chunks), 'lambdaTime', 'chunks of a batch become one entry'),
    ...counted(call, 'chunks'),
  ];
}

/** The data that stays after the call. */
function kept({ bytes }: CallCount): Line[] {
  const events = bytes.events / GB;
  return [
    line('archive: in', events, 'archiveIn', 'replay'),
    line(`archive: ${retention.archive} days`, (events * retention.archive) / 30, 'archiveStorage', 'replay'),
    line(
      `tasks: ${retention.tasks} days`,
      ((bytes.stored / GB) * retention.tasks) / 30,
      'tableStorage',
      'GetTask later',
    ),
    line(
      'tasks: recovery',
      ((bytes.stored / GB) * retention.tasks) / 30,
      'tableRecovery',
      'a table deleted by mistake comes back',
    ),
  ];
}

/** Logs and traces. `get`: the lines of a GetTask that follows the call. */
function observed(call: CallCount, delivery: Delivery, get: Counts['getTask']['bytes'] | undefined): Line[] {
  const { bytes, runs } = call;
  const apiCalls = get === undefined ? 1 : 2;
  const lines = bytes.logLines + (get?.logLines ?? 0) + apiCalls;
  const logs = bytes.logs + (get?.logs ?? 0) + apiCalls * traffic.accessLine + lines * LOG_OVERHEAD;
  // A queue starts a trace of its own for its function, with a link to the trace of the request. It follows the decision of
  // the request. No decision comes with chunks, so their function records nothing.
  const traces = apiCalls + runs.agent + projectorRuns(call, delivery);
  return [
    line('logs', logs / GB, 'logs', 'who called what, and what went wrong'),
    line('traces', traces * stack.traceRate, 'trace', 'where the time went'),
  ];
}
