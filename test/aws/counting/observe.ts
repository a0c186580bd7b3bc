import type { Actor } from '#tools/cost/counts.ts';
import { chunks, eventSize, kilobytes } from '#tools/cost/units.ts';
import { DynamoDbMeter } from './dynamodb.ts';
import { Meter } from './meter.ts';
import type { Observe } from './proxy.ts';

const services: Readonly<Record<string, string>> = {
  DynamoDB_20120810: 'dynamodb',
  AWSEvents: 'eventbridge',
  Kinesis_20131202: 'kinesis',
  AmazonSQS: 'sqs',
  secretsmanager: 'secretsmanager',
  S3: 's3',
};

/** Counts what passes between one function and AWS. */
export function observer(actor: Actor): { meter: Meter; observe: Observe; close(): void } {
  const meter = new Meter(actor);
  const dynamodb = new DynamoDbMeter(meter);
  const observe: Observe = async ({ target, body }) => {
    const [prefix = '', operation = ''] = target.split('.');
    const service = services[prefix];
    if (service === undefined)
      throw new Error(`${target} is not counted yet: say in test/aws/counting/observe.ts how.`);
    meter.request(`${service}.${operation}`);
    if (service === 'dynamodb') {
      const written = await dynamodb.observe(operation, body);
      return ({ body: answer }) => written(answer);
    }
    if (target === 'AWSEvents.PutEvents') putEvents(meter, body);
    else if (target === 'Kinesis_20131202.PutRecords') putRecords(meter, body);
    else if (service === 's3') meter.row('blob', operation, 1);
    else if (service === 'secretsmanager') meter.row('secret', operation, 1);
    else throw new Error(`${target} is not counted yet: say in test/aws/counting/observe.ts how.`);
    return async () => {};
  };
  return { meter, observe, close: () => dynamodb.close() };
}

function putEvents(meter: Meter, body: string): void {
  const { Entries } = JSON.parse(body) as { Entries: (Parameters<typeof eventSize>[0] & { DetailType: string })[] };
  for (const entry of Entries) {
    const bytes = eventSize(entry);
    meter.row('event', entry.DetailType, chunks(bytes));
    meter.event(bytes);
  }
}

function putRecords(meter: Meter, body: string): void {
  const { Records } = JSON.parse(body) as { Records: { Data: string; PartitionKey: string }[] };
  for (const { Data, PartitionKey } of Records) {
    meter.row('record', 'chunk', kilobytes(Buffer.from(Data, 'base64').length + Buffer.byteLength(PartitionKey)));
  }
}
