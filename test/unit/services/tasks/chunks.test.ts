import type { KinesisStreamEvent } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import { handler } from '#services/tasks/chunks.ts';
import { StoreUnavailableError } from '#shared/ports/errors.ts';
import type { AgentEvent } from '#shared/ports/task.ts';
import { provideRuntime } from '#shared/runtime/current.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { kinesisEvent } from '#test/support/kinesis.ts';
import { artifactEvent, entryOf, newTask } from '#test/support/task-events.ts';

describe('the chunks of the stream', () => {
  const applied: AgentEvent[] = [];
  const aside: string[] = [];
  const counted: object[] = [];
  let fails: (event: AgentEvent) => boolean = () => false;
  let failure: Error;

  beforeEach(() => {
    applied.length = aside.length = counted.length = 0;
    fails = () => false;
    failure = new Error('cannot be written');
    const runtime = {
      tasks: {
        apply: async (event: AgentEvent) => {
          if (fails(event)) throw failure;
          applied.push(event);
          return { kind: 'parked' };
        },
      },
      quarantine: { put: async (reason: string) => void aside.push(reason) },
      metrics: { count: (name: string, labels: object) => counted.push({ name, ...labels }) },
      log: { error: () => {} },
    };
    provideRuntime(runtime as unknown as Runtime);
  });

  const task = newTask();
  const chunk = (sequence: number) => JSON.stringify(entryOf(artifactEvent(task, { sequence })).detail);
  const call = (event: KinesisStreamEvent) => handler(event, { functionName: 'starling-dev-chunks' });
  const sequences = () => applied.map(({ data }) => data.sequence);

  it('are applied to their tasks', async () => {
    expect(await call(kinesisEvent(chunk(1), chunk(2)))).toEqual({ batchItemFailures: [] });
    expect(applied).toEqual([artifactEvent(task, { sequence: 1 }), artifactEvent(task, { sequence: 2 })]);
  });

  it('that break their contract are put aside, and their neighbours go on', async () => {
    const foreign = JSON.stringify({ ...JSON.parse(chunk(3)), source: 'someone.else' });
    const broken = JSON.stringify({ ...JSON.parse(chunk(3)), data: {} });
    const event = kinesisEvent('{', chunk(1), foreign, broken, 'null', chunk(2));
    expect(await call(event)).toEqual({ batchItemFailures: [] });
    expect(sequences()).toEqual([1, 2]);
    expect(aside).toHaveLength(4);
    expect(counted).toEqual(aside.map(() => ({ name: 'starling_quarantined_total', function: 'starling-dev-chunks' })));
  });

  it('stop the shard at the first that failed, though later ones were applied', async () => {
    fails = ({ data }) => data.sequence === 2 || data.sequence === 3;
    const event = kinesisEvent(chunk(1), chunk(2), chunk(3), chunk(4));
    expect(await call(event)).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
    expect(sequences()).toEqual([1, 4]);
  });

  it('blame no record for a store without room', async () => {
    fails = ({ data }) => data.sequence === 2;
    failure = new StoreUnavailableError('no room');
    await expect(call(kinesisEvent(chunk(1), chunk(2), chunk(3)))).rejects.toBe(failure);
  });
});
