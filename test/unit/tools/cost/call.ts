import type { CallCount, Counts } from '#tools/cost/counts.ts';

/** A call whose every figure is easy to see in its bill. */
export function callCount(changes: Partial<CallCount> = {}): CallCount {
  return {
    kind: 'blocking',
    seconds: 2,
    delivery: 'quiet',
    runs: { gateway: 1, agent: 1, projector: 2, chunks: 0 },
    rows: [{ actor: 'gateway', api: 'event', what: 'TaskRequested.v1', count: 1, units: 1 }],
    requests: [{ actor: 'gateway', operation: 'dynamodb.PutItem', count: 2 }],
    messages: { agent: 1, projector: 2 },
    bytes: { events: 3_000, stored: 2_000, logs: 0, logLines: 0 },
    ...changes,
  };
}

export function countsOf(...calls: CallCount[]): Counts {
  return {
    countedAt: '2026-01-01',
    on: 'nothing',
    polls: { fresh: [250, 100], after: [50, 100] },
    sweep: [],
    getTask: {
      rows: [],
      requests: [{ actor: 'gateway', operation: 'dynamodb.GetItem', count: 1 }],
      bytes: { logs: 400, logLines: 2 },
    },
    calls,
  };
}
