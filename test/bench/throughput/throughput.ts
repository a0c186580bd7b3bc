import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Mesh } from '#test/support/mesh.ts';
import { LoadProcess } from '../load-process.ts';
import { countOf, type LoadResult } from '../load-protocol.ts';
import { CONNECTIONS } from '../measure.ts';
import { type Spread, spreadOf } from '../statistics.ts';
import { EVENTS_PER_CALL, RECORDS_PER_CALL } from './payloads.ts';
import type { DoorJob, InProcessJob, InProcessResult } from './protocol.ts';
import { putEventsRequests, putRecordsRequests } from './requests.ts';

/** Per second, over the rounds. What a door or an adapter took is on the disk. */
export interface Throughput {
  /** Through the door, ten events a call. */
  readonly putEvents: Spread;
  /** Through the door, a hundred records a call. */
  readonly putRecords: Spread;
  /** Ten events a call of the bus, without a server. */
  readonly events: Spread;
  /** A hundred records a call of the stream, without a server. */
  readonly records: Spread;
  /** Events against an index of a thousand rules, in memory. */
  readonly matching: Spread;
}

export type Measure = keyof Throughput;

export interface ThroughputOptions {
  /** For data folders; they are gone afterwards. */
  readonly scratch: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly onRate: (what: Measure, perSecond: number) => void;
}

const script = (name: string) => path.join(import.meta.dirname, name);

/**
 * Every measure once a round, in turn. The first round, which compiles the code, does not count.
 *
 * @throws Error when the mesh answered wrongly: there is then nothing to tell.
 */
export async function measureThroughput({ scratch, rounds, seconds, onRate }: ThroughputOptions): Promise<Throughput> {
  const data = path.join(scratch, 'doors');
  const mesh = await Mesh.start({ data });
  const doors = new LoadProcess<DoorJob, LoadResult>(script('door-load.ts'));
  const inProcess = new LoadProcess<InProcessJob, InProcessResult>(script('in-process-load.ts'));
  try {
    const door = { url: mesh.url, data };
    const events = await putEventsRequests(door, 'starling-local');
    const records = await putRecordsRequests(door, 'starling-local-artifacts');
    const load = { url: mesh.url, connections: CONNECTIONS, seconds };
    const measures: Record<Measure, () => Promise<number>> = {
      putEvents: async () => {
        const result = await doors.run({ ...load, requests: events, failedCount: 'FailedEntryCount' });
        return rateOf(result) * EVENTS_PER_CALL;
      },
      putRecords: async () => {
        const result = await doors.run({ ...load, requests: records, failedCount: 'FailedRecordCount' });
        return rateOf(result) * RECORDS_PER_CALL;
      },
      events: () => within('events'),
      records: () => within('records'),
      matching: () => within('matching'),
    };
    const within = async (what: InProcessJob['what']) => {
      const folder = path.join(scratch, 'in-process');
      mkdirSync(folder, { recursive: true });
      const { done, seconds: taken } = await inProcess.run({ what, folder, seconds });
      rmSync(folder, { recursive: true, force: true });
      return done / taken;
    };
    const rates: Record<Measure, number[]> = { putEvents: [], putRecords: [], events: [], records: [], matching: [] };
    for (let round = 0; round <= rounds; round++) {
      for (const [what, measure] of Object.entries(measures) as [Measure, () => Promise<number>][]) {
        const perSecond = await measure();
        if (round === 0) continue;
        rates[what].push(perSecond);
        onRate(what, perSecond);
      }
    }
    return {
      putEvents: spreadOf(rates.putEvents),
      putRecords: spreadOf(rates.putRecords),
      events: spreadOf(rates.events),
      records: spreadOf(rates.records),
      matching: spreadOf(rates.matching),
    };
  } finally {
    doors.stop();
    inProcess.stop();
    await mesh.stop();
  }
}

function rateOf({ calls, seconds, failures }: LoadResult): number {
  if (countOf(failures) > 0) throw new Error(`a door answered wrongly: ${failures.example ?? 'connections broke'}`);
  return calls / seconds;
}
