import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Limit, Member, Members } from '#hosts/aws-api/reference/member.ts';
import { type QueueAttribute, queueAttributes } from '#hosts/aws-api/reference/queue-attributes.ts';
import {
  type AwsServices,
  busName as EventBusName,
  openAwsServices,
  streamName as StreamName,
  wiredDeadLetters,
} from '#test/support/aws-services.ts';
import { queueArnOf } from '#test/support/bus-tap.ts';

type ServiceName = keyof AwsServices['services'];

let aws: AwsServices;
let samples: Readonly<Record<ServiceName, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

/** Inputs with which each operation gets as far as its members. */
beforeAll(async () => {
  aws = await openAwsServices();
  const create = (input: object) => aws.call('sqs', 'CreateQueue', input);
  await create({ QueueName: 'jobs' });
  await create({ QueueName: 'jobs.fifo', Attributes: { FifoQueue: 'true' } });
  await aws.call('events', 'PutRule', { EventBusName, Name: 'rule', EventPattern: '{"source":["shop"]}' });
  const ShardId = 'shardId-000000000000';
  const { ShardIterator } = await aws.call('kinesis', 'GetShardIterator', {
    StreamName,
    ShardId,
    ShardIteratorType: 'LATEST',
  });
  const QueueUrl = aws.queueUrl('jobs');
  const record = { PartitionKey: 'k', Data: 'AAAA' };
  const ReceiptHandle = Buffer.from(JSON.stringify(['jobs', '1.1'])).toString('base64url');
  const batch = (entry: object) => ({ QueueUrl, Entries: [{ Id: 'a', ...entry }] });
  const TaskHandle = Buffer.from('{"taskId":"x","sourceArn":"x"}').toString('base64');
  const ofRule = { EventBusName, Name: 'rule' };
  samples = {
    sqs: {
      CreateQueue: { QueueName: 'jobs' },
      DeleteQueue: { QueueUrl: aws.queueUrl('nowhere') },
      PurgeQueue: { QueueUrl: aws.queueUrl('nowhere') },
      GetQueueUrl: { QueueName: 'jobs' },
      ListQueues: {},
      GetQueueAttributes: { QueueUrl },
      SetQueueAttributes: { QueueUrl, Attributes: {} },
      SendMessage: { QueueUrl, MessageBody: 'm' },
      SendMessageBatch: batch({ MessageBody: 'm' }),
      ReceiveMessage: { QueueUrl, WaitTimeSeconds: 0 },
      DeleteMessage: { QueueUrl, ReceiptHandle },
      DeleteMessageBatch: batch({ ReceiptHandle }),
      ChangeMessageVisibility: { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 },
      ChangeMessageVisibilityBatch: batch({ ReceiptHandle, VisibilityTimeout: 0 }),
      StartMessageMoveTask: { SourceArn: queueArnOf(wiredDeadLetters) },
      ListMessageMoveTasks: { SourceArn: queueArnOf(wiredDeadLetters) },
      CancelMessageMoveTask: { TaskHandle },
    },
    kinesis: {
      PutRecord: { StreamName, ...record },
      PutRecords: { StreamName, Records: [record] },
      GetRecords: { ShardIterator },
      GetShardIterator: { StreamName, ShardId, ShardIteratorType: 'LATEST' },
      ListShards: { StreamName, ShardFilter: { Type: 'AT_LATEST' } },
      ListStreams: {},
      DescribeStream: { StreamName },
      DescribeStreamSummary: { StreamName },
    },
    events: {
      PutEvents: { Entries: [{ EventBusName, Source: 'shop', DetailType: 'Ordered.v1', Detail: '{}' }] },
      TestEventPattern: { EventPattern: '{"source":["shop"]}', Event: '{}' },
      PutRule: { ...ofRule, EventPattern: '{"source":["shop"]}', Tags: [{ Key: 'k', Value: 'v' }] },
      DescribeRule: ofRule,
      EnableRule: ofRule,
      DisableRule: ofRule,
      DeleteRule: { EventBusName, Name: 'other' },
      ListRules: { EventBusName },
      PutTargets: { EventBusName, Rule: 'rule', Targets: [{ Id: 'a', Arn: queueArnOf('jobs') }] },
      RemoveTargets: { EventBusName, Rule: 'rule', Ids: ['a'] },
      ListTargetsByRule: { EventBusName, Rule: 'rule' },
      ListEventBuses: {},
      DescribeEventBus: { Name: EventBusName },
    },
  };
});
afterAll(() => aws.remove());

/** A member of an operation, at a path into its input: `Entries`, then `Id`. */
interface Row {
  readonly service: ServiceName;
  readonly operation: string;
  readonly path: readonly string[];
  readonly member: Member;
}

function rowsOf(row: Pick<Row, 'service' | 'operation'>, members: Members, before: readonly string[] = []): Row[] {
  return Object.entries(members).flatMap(([name, member]) => {
    const path = [...before, name];
    const inner =
      member.type === 'structure'
        ? member.members
        : 'of' in member && member.of.type === 'structure'
          ? member.of.members
          : {};
    return [{ ...row, path, member }, ...rowsOf(row, inner, path)];
  });
}

const rows = await (async () => {
  const { services, remove } = await openAwsServices();
  await remove();
  return (Object.keys(services) as ServiceName[]).flatMap((service) =>
    Object.entries(services[service].inputs).flatMap(([operation, members]) => rowsOf({ service, operation }, members)),
  );
})();

/** A value of the type, of this number, or of so many characters, bytes or items. */
function sampleOf(member: Member, size: number): unknown {
  switch (member.type) {
    case 'integer':
      return size;
    case 'list':
      return Array.from({ length: size }, () => sampleOf(member.of, 1));
    case 'map':
      return Object.fromEntries(Array.from({ length: size }, (_, index) => [`k${index}`, sampleOf(member.of, 1)]));
    case 'structure':
      return Object.fromEntries(
        Object.entries(member.members).flatMap(([name, each]) => (each.required ? [[name, sampleOf(each, 1)]] : [])),
      );
    case 'blob':
      return Buffer.alloc(size).toString('base64');
    case 'boolean':
      return true;
    case 'timestamp':
      return 1;
    default:
      return member.values?.[0] ?? 'a'.repeat(size);
  }
}

const beyond: { readonly [Which in Limit]: (member: Member) => unknown } = {
  min: (member) => sampleOf(member, ('min' in member ? (member.min ?? 0) : 0) - 1),
  max: (member) => sampleOf(member, ('max' in member ? (member.max ?? 0) : 0) + 1),
  pattern: () => 'ä b',
  values: () => 'no such value',
};

/** The limits of a member that a test can go beyond. A length below 0 does not exist. */
function limitsOf(member: Member): readonly Limit[] {
  const limits: readonly Limit[] = ['min', 'max', 'pattern', 'values'];
  return limits.filter((limit) => {
    const value = limit in member ? (member as unknown as Record<Limit, unknown>)[limit] : undefined;
    return value !== undefined && !(limit === 'min' && value === 0 && member.type !== 'integer');
  });
}

/** The sample of an operation with another value at the path. Elements of lists and maps get it in the first element. */
function inputWith({ service, operation, path }: Row, value: unknown): object {
  const set = (target: unknown, [name = '', ...rest]: readonly string[], members: Members): object => {
    const before = { ...(target as Record<string, unknown>) };
    const member = members[name];
    if (rest.length === 0 || member === undefined) return { ...before, [name]: value };
    if (member.type === 'structure') return { ...before, [name]: set(before[name] ?? {}, rest, member.members) };
    if (!('of' in member) || member.of.type !== 'structure') throw new Error(`${name} has no members`);
    const { members: inner } = member.of;
    const element = Array.isArray(before[name]) ? before[name][0] : { DataType: 'String', StringValue: 'v' };
    const changed = set(element ?? {}, rest, inner);
    return { ...before, [name]: member.type === 'list' ? [changed] : { AWSTraceHeader: changed } };
  };
  return set(samples[service][operation], path, aws.services[service].inputs[operation as never] as Members);
}

interface Refusal {
  readonly code?: string | undefined;
  readonly message: string;
}

/** How the call is refused, or the entry of a batch. A call that succeeds has no code. It does not wait for messages. */
async function refusalOf(row: Row, value: unknown): Promise<Refusal> {
  try {
    const { Failed } = await aws.call(row.service, row.operation, inputWith(row, value), AbortSignal.abort());
    return { code: Failed?.[0].Code, message: Failed?.[0].Message ?? '' };
  } catch (error) {
    return error as Refusal;
  }
}

const codeOf = async (row: Row, value: unknown) => (await refusalOf(row, value)).code;

/** The codes of a value beyond a limit. */
function refusalsOf({ service, path }: Row): readonly string[] {
  if (service === 'events') return ['ValidationException'];
  if (service === 'kinesis') return ['ValidationException', 'InvalidArgumentException'];
  const name = path.at(-1);
  if (name === 'Entries') return ['EmptyBatchRequest', 'TooManyEntriesInBatchRequest'];
  if (name === 'Id') return ['InvalidBatchEntryId'];
  if (name === 'MessageBody') return ['MissingParameter'];
  return ['InvalidParameterValue'];
}

const named = (list: readonly Row[]) =>
  list.map((row) => ({ ...row, name: `${row.service} ${row.operation} ${row.path.join('.')}` }));

describe('the table of inputs', () => {
  it('has the operations that the services serve, and a sample of each', () => {
    for (const service of Object.keys(samples) as ServiceName[]) {
      const { inputs, operations } = aws.services[service];
      expect(Object.keys(inputs).sort()).toEqual(Object.keys(operations).sort());
      expect(Object.keys(samples[service]).sort()).toEqual(Object.keys(operations).sort());
    }
  });

  const limited = rows.filter(({ member }) => member.support !== 'refused' && limitsOf(member).length > 0);
  it.each(named(limited))('$name: refuses a value beyond each limit', async (row) => {
    for (const limit of limitsOf(row.member)) {
      expect({ limit, code: await codeOf(row, beyond[limit](row.member)) }).toEqual({
        limit,
        code: expect.toSatisfy((code) => refusalsOf(row).includes(code)),
      });
    }
  });

  const numbers = rows.filter(({ member }) => member.type === 'integer');
  it.each(named(numbers))('$name: takes both bounds', async (row) => {
    const { member, path } = row;
    for (const bound of 'min' in member ? [member.min, member.max] : []) {
      // The samples name no message in flight, and start more than one task. A refusal for that does not name the member.
      expect((await refusalOf(row, bound)).message).not.toMatch(new RegExp(`parameter ${path.at(-1)} |at '`));
    }
  });

  const required = rows.filter(({ member, path }) => member.required && path.length === 1);
  it.each(named(required))('$name: is required', async (row) => {
    const code = await codeOf(row, undefined);
    const missing = row.service === 'sqs' ? ['MissingParameter', 'EmptyBatchRequest'] : ['ValidationException'];
    expect(missing).toContain(code);
  });

  it.each(named(rows))('$name: refuses a value of another type', async (row) => {
    const code = await codeOf(row, row.member.type === 'string' ? 1 : '!');
    // A member that the mesh does not serve is refused before its type counts.
    const refusals = {
      events: 'ValidationException',
      kinesis: 'InvalidArgumentException',
      sqs: 'UnsupportedOperation',
    };
    const expected = row.member.support === 'refused' ? refusals[row.service] : 'SerializationException';
    expect(code?.replace('AWS.SimpleQueueService.', '')).toBe(expected);
  });

  const refused = rows.filter(({ member }) => member.support === 'refused');
  it.each(named(refused))('$name: is refused, because the mesh does not serve it', async (row) => {
    const code = await codeOf(row, sampleOf(row.member, 'min' in row.member ? (row.member.min ?? 1) : 1));
    const codes = { events: 'ValidationException', kinesis: 'InvalidArgumentException', sqs: 'UnsupportedOperation' };
    expect(code?.replace('AWS.SimpleQueueService.', '')).toBe(codes[row.service]);
  });
});

describe('the table of queue attributes', () => {
  const all = Object.entries(queueAttributes as Readonly<Record<string, QueueAttribute>>);
  let made = 0;
  const create = (Attributes: object, isFifo = false) =>
    aws.call('sqs', 'CreateQueue', {
      QueueName: `made-${++made}${isFifo ? '.fifo' : ''}`,
      Attributes: { ...Attributes, ...(isFifo && { FifoQueue: 'true' }) },
    });
  const set = (Attributes: object, isFifo = false) =>
    aws.call('sqs', 'SetQueueAttributes', { QueueUrl: aws.queueUrl(isFifo ? 'jobs.fifo' : 'jobs'), Attributes });
  const read = async (QueueUrl: string) =>
    (await aws.call('sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] })).Attributes;

  const bounded = all.filter(([, { min, support }]) => min !== undefined && support === undefined);
  it.each(bounded)(
    '%s: CreateQueue and SetQueueAttributes take both bounds and nothing beyond',
    async (name, limits) => {
      const { min = 0, max = 0 } = limits;
      for (const value of [min, max]) {
        const { QueueUrl } = await create({ [name]: String(value) });
        expect((await read(QueueUrl))[name]).toBe(String(value));
        await set({ [name]: String(value) });
      }
      for (const value of [String(min - 1), String(max + 1), `${min}.5`, '', 'many']) {
        await expect(create({ [name]: value })).rejects.toMatchObject({ code: 'InvalidAttributeValue' });
        await expect(set({ [name]: value })).rejects.toMatchObject({ code: 'InvalidAttributeValue' });
      }
    },
  );

  const chosen = all.filter(
    ([, { values, set: when, support }]) => values && when === 'always' && support === undefined,
  );
  it.each(chosen)('%s: takes its values and no other', async (name, { values = [] }) => {
    for (const value of values) {
      const scope = value === 'perMessageGroupId' ? { DeduplicationScope: 'messageGroup' } : {};
      const { QueueUrl } = await create({ ...scope, [name]: value }, true);
      expect((await read(QueueUrl))[name]).toBe(value);
    }
    await expect(create({ [name]: 'other' }, true)).rejects.toMatchObject({ code: 'InvalidAttributeValue' });
    await expect(set({ [name]: 'other' }, true)).rejects.toMatchObject({ code: 'InvalidAttributeValue' });
    await expect(create({ [name]: values[0] })).rejects.toMatchObject({ code: 'InvalidAttributeName' });
  });

  it('has the value of each attribute that a queue has when nobody set it', async () => {
    const { QueueUrl } = await create({}, true);
    const values = await read(QueueUrl);
    for (const [name, attribute] of all) {
      if (attribute.default !== undefined) expect([name, values[name]]).toEqual([name, attribute.default]);
    }
    const always = all.filter(([, each]) => each.default !== undefined || each.set !== 'always').map(([name]) => name);
    expect(Object.keys(values).sort()).toEqual(always.sort());
  });

  const refused = all.filter(([, { support }]) => support === 'refused');
  it.each(refused)('%s: is refused, because the mesh does not have it', async (name, { values }) => {
    const value = values?.[0] ?? '100';
    await expect(create({ [name]: value })).rejects.toMatchObject({ code: 'UnsupportedOperation' });
    await expect(set({ [name]: value })).rejects.toMatchObject({ code: 'UnsupportedOperation' });
  });

  const readOnly = all.filter(([, attribute]) => attribute.set === undefined);
  it.each(readOnly)('%s: cannot be set', async (name) => {
    await expect(create({ [name]: '1' })).rejects.toMatchObject({ code: 'InvalidAttributeName' });
    await expect(set({ [name]: '1' })).rejects.toMatchObject({ code: 'InvalidAttributeName' });
  });

  it('has every name that GetQueueAttributes takes', async () => {
    const QueueUrl = aws.queueUrl('jobs');
    const names = all.map(([name]) => name);
    expect(await aws.call('sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames: names })).toEqual({
      Attributes: await read(QueueUrl),
    });
    const unknown = aws.call('sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames: ['Color'] });
    await expect(unknown).rejects.toMatchObject({ code: 'InvalidAttributeName' });
  });
});
