import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PollSchedule } from '#adapters/aws/tasks/poll-schedule.ts';
import { type CallCount, type Counts, countOf, type Row, readCounts } from '#tools/cost/counts.ts';
import { endpoint, randomStage } from '../support/endpoint.ts';
import { CallCounter, type CallToCount } from './count.ts';
import { countsText } from './counts-text.ts';
import { CountedMesh } from './mesh.ts';
import { registerAgents } from './register.ts';
import { createStage, type Stage } from './stage.ts';
import { countSweep } from './sweep.ts';

/** `STARLING_COUNTS=write` takes what is counted now for tools/cost/counts.json; without it, the two must agree. */
const write = process.env.STARLING_COUNTS === 'write';
const file = path.resolve(import.meta.dirname, '../../../tools/cost/counts.json');

/** Milliseconds after which no cache of a call before spares this one a read. */
const CACHED = 1_200;

const calls: CallToCount[] = [
  ...(['quiet', 'busy'] as const).flatMap((delivery) => [
    ...[0.2, 2].flatMap((seconds) => [
      { kind: 'blocking' as const, seconds, delivery },
      { kind: 'immediate' as const, seconds, delivery },
    ]),
    ...[0.2, 2, 20].map((seconds) => ({ kind: 'streaming' as const, seconds, delivery })),
  ]),
  { kind: 'streaming', seconds: 2, delivery: 'quiet', fanOut: true },
];

describe.skipIf(endpoint === undefined)('what a call asks of AWS, counted on an emulator only', () => {
  let stage: Stage;
  let mesh: CountedMesh;
  let counter: CallCounter;
  const counted: CallCount[] = [];
  let sweep: Row[] = [];

  beforeAll(async () => {
    stage = await createStage(randomStage());
    await registerAgents(stage);
    mesh = await CountedMesh.start(stage);
    counter = new CallCounter(mesh, stage);
    // The first calls of a process open connections and fill caches.
    await counter.count({ kind: 'immediate', seconds: 0.2, delivery: 'quiet' });
    await counter.count({ kind: 'streaming', seconds: 0.2, delivery: 'quiet' });
  });
  afterAll(async () => {
    await mesh?.stop();
    await stage?.remove();
    if (write && counted.length === calls.length && sweep.length > 0) save();
  });

  function save(): void {
    const countedAt = new Date().toISOString().slice(0, 10);
    const polls = { fresh: delays(true), after: delays(false) };
    const counts: Counts = { ...readCounts(), countedAt, polls, sweep, getTask: counter.getTask, calls: counted };
    writeFileSync(file, countsText(counts));
  }

  const named = calls.map((call) => ({ call, name: Object.values(call).join(' ').replace('true', 'with fan-out') }));

  it.each(named)('$name is as counted before', async ({ call }) => {
    await sleep(CACHED);
    const now = await counter.count(call);
    counted.push(now);
    if (write) return;
    expect(metered(now)).toEqual(metered(countOf(readCounts(), call)));
  });

  it("the sweeper's look at a task is as counted before", async () => {
    sweep = await countSweep(stage);
    expect(sweep).not.toEqual([]);
    if (!write) expect(sweep).toEqual(readCounts().sweep);
  });

  it('a tail pauses as it did', () => {
    if (!write) expect({ fresh: delays(true), after: delays(false) }).toEqual(readCounts().polls);
  });

  it('a GetTask is as counted before', () => {
    const { bytes: _, ...requests } = readCounts().getTask;
    if (!write) expect(counter.getTask).toMatchObject(requests);
  });
});

/** The pauses of a tail until they grow no more. */
function delays(fresh: boolean): number[] {
  const schedule = new PollSchedule(fresh);
  const all = Array.from({ length: 100 }, () => schedule.next());
  return all.slice(0, all.indexOf(all.at(-1) ?? 0) + 1);
}

/** What does not differ from run to run: ids and numbers make some bytes more or less. */
function metered({ bytes: _, ...rest }: CallCount): Omit<CallCount, 'bytes'> {
  return rest;
}
