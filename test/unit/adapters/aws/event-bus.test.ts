import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClaimCheck } from '#adapters/aws/claim-check/claim-check.ts';
import { eventBridgeClient } from '#adapters/aws/clients/eventbridge.ts';
import { MAX_ENTRY_BYTES } from '#adapters/aws/event-bus/entry.ts';
import { AwsEventBus } from '#adapters/aws/event-bus/event-bus.ts';
import type { BusEntry, PutResult } from '#shared/ports/event-bus.ts';
import { Failure, FakeAws, patientRetry } from '#test/support/fake-aws.ts';
import { MemoryBlobs } from './memory-blobs.ts';

interface Entry {
  readonly Source: string;
  readonly Detail: string;
  readonly Time?: number;
  readonly EventBusName: string;
  readonly Resources: readonly string[];
}
interface PutEvents {
  readonly Entries: readonly Entry[];
}

let aws: FakeAws;
let blobs: MemoryBlobs;
let retry: ReturnType<typeof patientRetry>;
let bus: AwsEventBus;

beforeEach(async () => {
  aws = await FakeAws.start();
  blobs = new MemoryBlobs();
  retry = patientRetry();
  const claims = new ClaimCheck({ blobs, bucket: 'blobs' });
  bus = new AwsEventBus({ client: eventBridgeClient(aws.options), bus: 'starling-test', claims, retry });
});
afterEach(() => aws.close());

const made = (n: number, more: object = {}): BusEntry => ({
  source: 'test',
  detailType: 'Made.v1',
  detail: { n, ...more },
});
const calls = () => aws.inputs<PutEvents>('PutEvents').map(({ Entries }) => Entries);
const numberIn = ({ Detail }: Entry): number => JSON.parse(Detail).n;
const outcome = (result: PutResult | undefined) => result && ('error' in result ? result.error.code : result.eventId);

/** Answers each entry by its number: an id, or the error code that `fail` gives for this call. */
function answer(fail: (n: number, call: number) => string | undefined = () => undefined): void {
  aws.on('PutEvents', ({ Entries }: PutEvents, call) => ({
    FailedEntryCount: 0,
    Entries: Entries.map((entry) => {
      const ErrorCode = fail(numberIn(entry), call);
      return ErrorCode === undefined
        ? { EventId: `id-${numberIn(entry)}` }
        : { ErrorCode, ErrorMessage: 'by the test' };
    }),
  }));
}

describe('the decision whether X-Ray records a call', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('goes with the events that a function puts while it answers the call', async () => {
    // Lambda sets both. EventBridge hands the header on to the queue, and the queue to the next function.
    const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0';
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'starling-dev-gateway');
    vi.stubEnv('_X_AMZN_TRACE_ID', trace);
    answer();
    await bus.put([made(1)]);
    expect(aws.headers['x-amzn-trace-id']).toBe(trace);
  });
});

describe('batches', () => {
  it('has ten entries a call at most, and answers in the order given', async () => {
    answer();
    const results = await bus.put(Array.from({ length: 25 }, (_, n) => made(n)));
    expect(results.map(outcome)).toEqual(Array.from({ length: 25 }, (_, n) => `id-${n}`));
    expect(
      calls()
        .map(({ length }) => length)
        .toSorted(),
    ).toEqual([10, 10, 5].toSorted());
  });

  it('has a megabyte a call at most', async () => {
    answer();
    const results = await bus.put(Array.from({ length: 10 }, (_, n) => made(n, { text: 'x'.repeat(190_000) })));
    expect(results.map(outcome)).toEqual(Array.from({ length: 10 }, (_, n) => `id-${n}`));
    expect(calls().map(({ length }) => length)).toEqual([5, 5]);
    for (const entries of calls()) {
      const bytes = entries.reduce(
        (sum, { Detail, Source }) => sum + Detail.length + Source.length + 'Made.v1'.length,
        0,
      );
      expect(bytes).toBeLessThanOrEqual(1_000_000);
    }
    expect(blobs.blobs.size).toBe(0);
  });

  it('calls for nothing not at all', async () => {
    expect(await bus.put([])).toEqual([]);
    expect(await bus.put([{ ...made(1), source: '' }])).toMatchObject([{ error: { code: 'ENTRY_REFUSED' } }]);
    expect(calls()).toEqual([]);
  });

  it('sends the entry with its bus, its time and its resources', async () => {
    answer();
    await bus.put([{ ...made(1), time: 1_700_000_000_500, resources: ['arn:one'] }]);
    expect(calls()).toEqual([
      [
        {
          EventBusName: 'starling-test',
          Source: 'test',
          DetailType: 'Made.v1',
          Detail: '{"n":1}',
          Time: 1_700_000_000.5,
          Resources: ['arn:one'],
        },
      ],
    ]);
  });
});

describe('failures of entries', () => {
  it.each(['ThrottlingException', 'InternalFailure', 'InternalException'])(
    'sends again what %s hit, alone',
    async (code) => {
      answer((n, call) => (call <= 2 && n % 2 === 0 ? code : undefined));
      const results = await bus.put([0, 1, 2, 3].map((n) => made(n)));
      expect(results.map(outcome)).toEqual(['id-0', 'id-1', 'id-2', 'id-3']);
      expect(calls().map((entries) => entries.map(numberIn))).toEqual([
        [0, 1, 2, 3],
        [0, 2],
        [0, 2],
      ]);
      expect(retry.waits).toEqual([100, 200]);
    },
  );

  it('gives up after the last try, and says so in place', async () => {
    answer((n) => (n === 1 ? 'ThrottlingException' : undefined));
    const results = await bus.put([0, 1, 2].map((n) => made(n)));
    expect(results.map(outcome)).toEqual(['id-0', 'AWS_THROTTLED', 'id-2']);
    expect(calls()).toHaveLength(retry.attempts);
    expect(retry.waits).toEqual([100, 200, 400]);
  });

  it('never sends again what AWS refuses', async () => {
    answer((n) => (n === 1 ? 'NotAuthorizedForSourceException' : undefined));
    const results = await bus.put([0, 1, 2].map((n) => made(n)));
    expect(results.map(outcome)).toEqual(['id-0', 'ENTRY_REFUSED', 'id-2']);
    expect(results[1]).toMatchObject({
      error: { message: expect.stringContaining('NotAuthorizedForSourceException') },
    });
    expect(calls()).toHaveLength(1);
  });

  it('has an error for an entry that AWS says nothing of', async () => {
    aws.on('PutEvents', () => ({ FailedEntryCount: 0, Entries: [{ EventId: 'one' }] }));
    expect((await bus.put([made(0), made(1)])).map(outcome)).toEqual(['one', 'AWS_FAILED']);
  });
});

describe('failures of calls', () => {
  it('lets the SDK try again', async () => {
    aws.on('PutEvents', (_, call) =>
      call < 3 ? new Failure('ThrottlingException') : { FailedEntryCount: 0, Entries: [{ EventId: 'id' }] },
    );
    expect((await bus.put([made(0)])).map(outcome)).toEqual(['id']);
  });

  it('has the error in place of each entry of the call, and only of those', async () => {
    aws.on('PutEvents', ({ Entries }: PutEvents) =>
      Entries.some((entry) => numberIn(entry) === 3)
        ? new Failure('AccessDeniedException')
        : { Entries: Entries.map((entry) => ({ EventId: `id-${numberIn(entry)}` })) },
    );
    const results = await bus.put(Array.from({ length: 12 }, (_, n) => made(n)));
    expect(results.map(outcome)).toEqual([...Array.from({ length: 10 }, () => 'AWS_ACCESS_DENIED'), 'id-10', 'id-11']);
  });
});

describe('large entries', () => {
  const event = (data: object, more: object = {}) => ({ id: 'e', source: 'test', type: 'Made.v1', data, ...more });
  const put = async (detail: object, more: Partial<BusEntry> = {}) =>
    (await bus.put([{ source: 'test', detailType: 'Made.v1', detail, ...more }]))[0];
  const sent = () => calls().flat()[0]?.Detail ?? '';

  beforeEach(() =>
    aws.on('PutEvents', ({ Entries }: PutEvents) => ({ Entries: Entries.map(() => ({ EventId: 'id' })) })),
  );

  it('goes as it is up to the limit, and by reference above', async () => {
    const rest = 'test'.length + 'Made.v1'.length + JSON.stringify(event({ text: '' })).length;
    await put(event({ text: 'x'.repeat(MAX_ENTRY_BYTES - rest) }));
    expect(blobs.blobs.size).toBe(0);
    await put(event({ text: 'x'.repeat(MAX_ENTRY_BYTES - rest + 1) }));
    expect(blobs.blobs.size).toBe(1);
  });

  it('counts bytes, not characters', async () => {
    await put(event({ text: 'ü'.repeat(MAX_ENTRY_BYTES / 2) }));
    expect(blobs.blobs.size).toBe(1);
  });

  it('has the data in the store before the event is on the bus', async () => {
    let there = 0;
    aws.on('PutEvents', () => {
      there = blobs.blobs.size;
      return { Entries: [{ EventId: 'id' }] };
    });
    await put(event({ agentId: 'echo', text: 'x'.repeat(300_000) }));
    expect(there).toBe(1);
    expect(JSON.parse(sent())).toMatchObject({
      data: { agentId: 'echo' },
      datapartial: true,
      dataref: expect.stringMatching(/^s3:/),
    });
  });

  it('puts no event whose data could not be stored', async () => {
    blobs.put = async () => {
      throw new TypeError('a defect');
    };
    await expect(put(event({ text: 'x'.repeat(300_000) }))).rejects.toThrow('a defect');
    expect(calls()).toEqual([]);
  });

  it('refuses what no reference makes small enough', async () => {
    expect(outcome(await put(event({}), { resources: ['x'.repeat(MAX_ENTRY_BYTES)] }))).toBe('ENTRY_REFUSED');
  });
});
