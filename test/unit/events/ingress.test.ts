import { beforeEach, describe, expect, it } from 'vitest';
import { EventIngress } from '../../../shared/events/ingress.ts';
import { EntryRefusedError } from '../../../shared/ports/errors.ts';
import type { BusEntry } from '../../../shared/ports/event-bus.ts';
import { TestClock } from '../../support/fixtures.ts';

describe('EventIngress', () => {
  let put: BusEntry[];
  let quarantined: { reason: string; event: string }[];
  let counted: unknown[];
  let ingress: EventIngress;

  beforeEach(() => {
    put = [];
    quarantined = [];
    counted = [];
    ingress = new EventIngress({
      bus: {
        async put(entries) {
          put.push(...entries);
          return entries.map(({ detailType }) =>
            detailType === 'Refused' ? { error: new EntryRefusedError('it is') } : { eventId: `bus-${detailType}` },
          );
        },
      },
      quarantine: { put: async (reason, event) => void quarantined.push({ reason, event }) },
      metrics: { count: (...counting) => void counted.push(counting) },
      log: { warn: () => {} },
      clock: new TestClock(),
      door: 'door',
      account: '000000000000',
      region: 'us-east-1',
    });
  });

  const free = (detailType: string): BusEntry => ({ source: 'shop', detailType, detail: {} });
  const broken: BusEntry = {
    source: 'starling.tasks',
    detailType: 'TaskRequested.v1',
    detail: { data: {} },
    detailText: '{"data":{} }',
    resources: ['arn:one'],
  };

  it('answers in the order of the entries, whichever way each goes', async () => {
    const results = await ingress.put([free('One'), broken, free('Refused'), broken, free('Two')]);
    expect(results.map((result) => ('eventId' in result ? result.eventId : result.error.code))).toEqual([
      'bus-One',
      expect.stringMatching(/^[0-9a-f-]{36}$/),
      'ENTRY_REFUSED',
      expect.stringMatching(/^[0-9a-f-]{36}$/),
      'bus-Two',
    ]);
    expect(put.map(({ detailType }) => detailType)).toEqual(['One', 'Refused', 'Two']);
    expect(counted).toEqual(Array(2).fill(['starling_quarantined_total', { function: 'door' }]));
  });

  it('keeps the whole event with the reason, as its producer wrote it', async () => {
    const [result] = await ingress.put([broken]);
    const [{ reason, event } = { reason: '', event: '' }] = quarantined;
    expect(reason).toMatch(/^data must have required property/);
    expect(event).toMatch(/,"detail":\{"data":\{\} \}\}$/);
    expect(JSON.parse(event)).toMatchObject({
      id: result && 'eventId' in result ? result.eventId : 'none',
      source: 'starling.tasks',
      'detail-type': 'TaskRequested.v1',
      time: '2025-01-01T00:00:00Z',
      resources: ['arn:one'],
    });
    expect(put).toEqual([]);
  });

  it.each([
    ['an event that a source of Starling has not', 'starling.tasks', 'Invented.v1', 1],
    ['an event of an agent that agents have not', 'starling.agents.echo', 'Invented.v1', 1],
    ['an event of anybody else', 'starling.elsewhere', 'Invented.v1', 0],
  ])('looks at the source for %s', async (_what, source, detailType, count) => {
    await ingress.put([{ source, detailType, detail: {} }]);
    expect(quarantined).toHaveLength(count);
    expect(put).toHaveLength(1 - count);
  });
});
