import { cpu, latency, memory as memories, traffic, VCPU_MEMORY } from './assumptions.ts';
import type { Actor, CallCount, Counts, PollDelays } from './counts.ts';
import { sum } from './units.ts';

/** The milliseconds that functions run for one call (all runs of a function together), and the polls of the tail. */
export interface Durations {
  readonly gateway: number;
  /** The GetTask after a call whose answer did not have the end of the task. 0 for other calls. */
  readonly get: number;
  readonly agent: number;
  readonly projector: number;
  readonly chunks: number;
  /** The requests by which the gateway follows the log. */
  readonly polls: number;
}

export interface Setting {
  /** MB. */
  readonly gatewayMemory: number;
  /** Seconds that a blocking call waits before it answers with the task as it stands. */
  readonly waitBudget: number;
  /** Whether each call counts itself with one write, as a call to the sample does. The mesh has no such counter yet. */
  readonly rateCounter: boolean;
}

/** The default of API Gateway, which also bounds a blocking call. */
export const defaultSetting: Setting = { gatewayMemory: memories.gateway, waitBudget: 25, rateCounter: false };

/** The run time of each function: the sum of the requests that it makes one after another. */
export function durationsOf(call: CallCount, counts: Counts, setting: Setting): Durations {
  const ms = call.seconds * 1000;
  // The agent publishes its progress beside its work. It waits only for the last request.
  const agent = ms + latency.putEvents + computing(cpu.agent, memories.agent);
  const projector = waits(call, 'projector') + call.runs.projector * computing(cpu.projector, memories.projector);
  const chunks = waits(call, 'chunks') + call.runs.chunks * computing(cpu.chunks, memories.chunks);
  const counter = setting.rateCounter ? latency.dynamodb : 0;
  const own = waits(call, 'gateway') + counter + computing(cpu.gateway, setting.gatewayMemory);
  const get = waits(counts.getTask, 'gateway') + counter + computing(cpu.get, setting.gatewayMemory);
  if (call.kind === 'immediate') return { gateway: own, get, agent, projector, chunks, polls: 0 };
  const budget = call.kind === 'blocking' ? setting.waitBudget * 1000 : Number.POSITIVE_INFINITY;
  const arrivals = arrivalsOf(call, { agent, projector });
  const way = Math.max(...arrivals);
  const { looks, pause } = follow(counts.polls, arrivals, Math.min(way, budget));
  if (way > budget) return { gateway: own + budget, get, agent, projector, chunks, polls: looks };
  // On average the answer waits in the log for half a pause.
  return { gateway: own + way + pause / 2 + latency.dynamodb, get: 0, agent, projector, chunks, polls: looks };
}

/**
 * The times of the entries in the log, in milliseconds after the request: the first word of the agent, its chunks, its
 * answer.
 */
function arrivalsOf(
  { seconds, runs, fanOut }: CallCount,
  { agent, projector }: Pick<Durations, 'agent' | 'projector'>,
): number[] {
  const begun = latency.bus + latency.queue;
  const back = latency.bus + latency.queue + (runs.projector === 0 ? 0 : projector / runs.projector);
  const working = seconds * 1000 > WORKING_AFTER ? [begun + WORKING_AFTER + back] : [];
  const batches = Array.from(
    { length: runs.chunks },
    (_, at) => begun + ((at + 1) * agent) / runs.chunks + (fanOut ? latency.fanOut : latency.stream),
  );
  return [...working, ...batches, begun + agent + back];
}

/**
 * The milliseconds after which an agent that has published nothing publishes `working`: `workingAfterMs` of the
 * settings.
 */
const WORKING_AFTER = 1_000;

/**
 * The milliseconds from an agent's yield to its client, by the way of the chunk. The gateway's tail has found the chunk
 * before, so its pauses are short.
 */
export function yieldToClient(call: CallCount, { polls }: Counts): number {
  const run = waits(call, 'chunks') / call.runs.chunks + computing(cpu.chunks, memories.chunks);
  const tail = (polls.after[0] ?? 0) / 2 + latency.dynamodb;
  return latency.putRecords + (call.fanOut ? latency.fanOut : latency.stream) + run + tail;
}

/** The polls of a tail until `end`. After a poll that found something, the pauses begin short again. */
export function follow(
  delays: PollDelays,
  arrivals: readonly number[],
  end: number,
): { readonly looks: number; readonly pause: number } {
  let looks = 0;
  let pause = 0;
  let seen = 0;
  let schedule = delays.fresh;
  for (let now = 0, at = 0; now < end; at++) {
    pause = schedule[Math.min(at, schedule.length - 1)] ?? 0;
    now += pause + latency.dynamodb;
    looks++;
    const come = arrivals.filter((time) => time <= now).length;
    if (come === seen) continue;
    seen = come;
    schedule = delays.after;
    at = -1;
  }
  return { looks, pause };
}

/** The milliseconds that an invocation computes, by its memory. */
export function computing(cpuMs: number, memory: number): number {
  return cpuMs * Math.max(1, VCPU_MEMORY / memory);
}

/** The milliseconds that a function waits for AWS, one request after another. */
function waits({ requests }: Pick<CallCount, 'requests'>, actor: Actor): number {
  return sum(requests.filter((request) => request.actor === actor).map((each) => each.count * wait(each.operation)));
}

function wait(operation: string): number {
  if (operation.startsWith('dynamodb.')) return latency.dynamodb;
  if (operation === 'kinesis.PutRecords') return latency.putRecords;
  return latency.putEvents;
}

/** The batches of Kinesis for an agent that streams for this time. Each is a run of `chunks`. */
export function chunkBatches(seconds: number): number {
  return Math.max(1, Math.ceil(seconds * traffic.chunkBatchesPerSecond));
}

export function chunksOf(seconds: number): number {
  return Math.max(1, Math.round(seconds * traffic.chunksPerSecond));
}
