import { rmSync } from 'node:fs';
import { SqliteMadeResources } from '#adapters/sqlite/made-resources.ts';
import { eventsService } from '#hosts/aws-api/events/events.ts';
import { RuleStore } from '#hosts/aws-api/events/rule-store.ts';
import { InputReader } from '#hosts/aws-api/input-reader.ts';
import { kinesisService } from '#hosts/aws-api/kinesis/kinesis.ts';
import type { Service } from '#hosts/aws-api/service.ts';
import { MoveTasks } from '#hosts/aws-api/sqs/move-tasks.ts';
import { QueueStore } from '#hosts/aws-api/sqs/queue-store.ts';
import { sqsService } from '#hosts/aws-api/sqs/sqs.ts';
import type { EventIngress } from '#shared/events/ingress.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { TestClock, temporaryFolder } from './fixtures.ts';
import { openSqlite } from './sqlite.ts';

export const wiredQueue = 'starling-local-echo';
export const wiredDeadLetters = 'starling-local-echo-dlq';
export const streamName = 'starling-local-artifacts';
export const busName = 'starling-local';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

// biome-ignore lint/suspicious/noExplicitAny: the members of AWS's answers, which tests compare
type Answer = any;

export type AwsServices = Awaited<ReturnType<typeof openAwsServices>>;

/** The services of the AWS API server on SQLite, in this process and without signatures. */
export async function openAwsServices({ folder = temporaryFolder(), clock = new TestClock() } = {}) {
  const adapters = await openSqlite(clock, folder);
  const { database, queue, bus, stream } = adapters;
  await queue.create(wiredDeadLetters, { visibilityTimeout: 30 });
  await queue.create(wiredQueue, { visibilityTimeout: 30, maxReceiveCount: 1, deadLetterQueue: wiredDeadLetters });
  await bus.putRule({ name: wiredQueue, pattern: { source: ['starling.tasks'] }, queue: wiredQueue });
  await stream.create(streamName, 4);
  const made = new SqliteMadeResources(database);
  const rules = new RuleStore({ bus, made, queue, log: silent });
  const queues = new QueueStore({ queue, made, rules, log: silent });
  const tasks = new MoveTasks({ queue, made, clock, log: silent });
  await queues.restore();
  await rules.restore();
  await tasks.restore();
  const since = clock.now();
  const ingress = { put: (entries: Parameters<EventIngress['put']>[0]) => bus.put(entries) } as EventIngress;
  const services = {
    events: eventsService({ bus: busName, ingress, rules, queue, log: silent }),
    sqs: sqsService({ runtime: { queue, clock }, queues, tasks, url: 'http://mesh', since }),
    kinesis: kinesisService({ stream, clock, retention: () => 86_400_000, since }),
  };
  return {
    ...adapters,
    clock,
    rules,
    services,
    queueUrl: (name: string) => `http://mesh/000000000000/${name}`,
    /** Calls an operation, as the server does after it has checked the signature. */
    async call(
      service: keyof typeof services,
      operation: string,
      input: object = {},
      signal = new AbortController().signal,
    ): Promise<Answer> {
      const { inputs, operations, validationMessages }: Service = services[service];
      const members = inputs[operation] ?? {};
      return await operations[operation]?.(new InputReader(input, members, validationMessages).check(), { signal });
    },
    /** Ends these services and opens others on the same store. */
    async restart() {
      tasks.stop();
      await database.close();
      return openAwsServices({ folder, clock });
    },
    async remove() {
      tasks.stop();
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
