import { beforeEach, describe, expect, it } from 'vitest';
import { schemaFor } from '#shared/events/catalog.ts';
import { EventIngress, type IngressOptions } from '#shared/events/ingress.ts';
import { InexactNumber, parseJson } from '#shared/exact-json.ts';
import { EntryRefusedError } from '#shared/ports/errors.ts';
import type { BusEntry } from '#shared/ports/event-bus.ts';
import { TestClock } from '#test/support/fixtures.ts';

describe('EventIngress', () => {
  let put: BusEntry[];
  let quarantined: { reason: string; event: string }[];
  let counted: unknown[];
  let ingress: EventIngress;

  beforeEach(() => {
    put = [];
    quarantined = [];
    counted = [];
    ingress = openIngress();
  });

  function openIngress(more: Partial<IngressOptions> = {}): EventIngress {
    return new EventIngress({
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
      schemaFor,
      ...more,
    });
  }

  const free = (detailType: string): BusEntry => ({ source: 'shop', detailType, detail: {} });
  const broken: BusEntry = {
    source: 'starling.tasks',
    detailType: 'TaskRequested.v1',
    detail: { data: {} },
    detailText: '{"data":{} }',
    resources: ['arn:one'],
  };

  it('puts an event with a schema into quarantine when its time does not exist', async () => {
    const timed = (time: unknown): BusEntry => ({
      source: 'starling.registry',
      detailType: 'AgentDeregistered.v1',
      detail: { time, data: { agentId: 'echo' } },
    });
    const results = await ingress.put(
      ['2026-02-28T23:59:59Z', '2026-02-30T00:00:00Z', '2026-02-28T24:00:00Z', 7].map(timed),
    );
    const refused = { quarantined: expect.stringMatching(/^time must be an RFC 3339 time that exists/) };
    expect(results).toMatchObject([{ eventId: 'bus-AgentDeregistered.v1' }, refused, refused, refused]);
    expect(put).toHaveLength(1);
  });

  it('answers in the order of the entries, whichever way each goes', async () => {
    const results = await ingress.put([free('One'), broken, free('Refused'), broken, free('Two')]);
    const taken = {
      eventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      quarantined: expect.stringMatching(/^data must have required property/),
    };
    expect(results).toEqual([
      { eventId: 'bus-One' },
      taken,
      { error: new EntryRefusedError('it is') },
      taken,
      { eventId: 'bus-Two' },
    ]);
    expect(put.map(({ detailType }) => detailType)).toEqual(['One', 'Refused', 'Two']);
    expect(counted).toEqual(Array(2).fill(['starling_quarantined_total', { function: 'door' }]));
  });

  it('keeps the whole event with the reason, as its producer wrote it', async () => {
    const [result] = await ingress.put([broken]);
    const [{ reason, event } = { reason: '', event: '' }] = quarantined;
    expect(reason).toMatch(/^data must have required property/);
    expect(event).toMatch(/,"detail":\{"data":\{\} \}\}$/);
    expect(JSON.parse(event)).toEqual({
      version: '0',
      id: result && 'eventId' in result ? result.eventId : 'none',
      detail: { data: {} },
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

  it.each([
    ['a text with half of a surrogate pair', '{"text":"\\ud83d"}', /text has half of a surrogate pair/],
    ['a number that is too large', '{"data":1e400}', /data is the number 1e400/],
    ['raw that is no Base64', '{"raw":"a"}', /raw must be Base64/],
    ['raw of two alphabets', '{"raw":"+_+_"}', /raw must be Base64/],
    ['a number for metadata', '{"text":"","metadata":12345678901234567890}', /metadata must be object/],
    ['a number for a part', '12345678901234567890', /parts\/0/],
  ])('puts an artifact with %s aside', async (_what, part, problem) => {
    const detailText = `{"data":{"taskId":"t","contextId":"c","agentId":"echo","turn":1,"attempt":1,"sequence":1,"artifact":{"artifactId":"a","parts":[${part}]},"append":false,"lastChunk":true}}`;
    const detail = parseJson(detailText) as object;
    await ingress.put([{ source: 'starling.agents.echo', detailType: 'TaskArtifact.v1', detail, detailText }]);
    expect(quarantined).toMatchObject([{ reason: expect.stringMatching(problem) }]);
    expect(put).toEqual([]);
  });

  it('keeps all digits of numbers, in events with a schema too', async () => {
    const detail = { data: new InexactNumber('1.00000000000000001') };
    const detailText = '{"data":1.00000000000000001}';
    const validated: unknown[] = [];
    const validate = (data: unknown) => void validated.push(data);
    const schema = { folder: 'shop', detailType: 'TaskRequested.v1', dataschema: 'x', validate } as const;
    const asked = openIngress({ schemaFor: (_source, type) => (type === 'Known' ? schema : undefined) });
    await asked.put([
      { source: 'shop', detailType: 'Known', detail, detailText },
      { source: 'shop', detailType: 'Free', detail, detailText },
    ]);
    expect(validated).toEqual([detail.data]);
    expect(put.map((entry) => [entry.detail, entry.detailText])).toEqual([
      [detail, detailText],
      [detail, detailText],
    ]);
  });

  it('tells of each entry what became of it when the bus or the quarantine fails', async () => {
    const down = new Error('down');
    const fail = { put: () => Promise.reject(down) };
    expect(await openIngress({ bus: fail }).put([free('One'), broken, free('Two')])).toEqual([
      { error: down },
      { eventId: expect.any(String), quarantined: expect.any(String) },
      { error: down },
    ]);
    expect(counted).toHaveLength(1);
    expect(await openIngress({ quarantine: fail }).put([free('One'), broken])).toEqual([
      { eventId: 'bus-One' },
      { error: down },
    ]);
    expect(counted).toHaveLength(1);
  });
});
