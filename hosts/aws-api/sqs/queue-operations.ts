import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import { ACCOUNT } from '../identity.ts';
import { pageOf } from '../pages.ts';
import { limits } from '../reference/limits.ts';
import type { Operation } from '../service.ts';
import { changeAttributes, checkSame, describe, readAttributes } from './attributes.ts';
import {
  invalidParameter,
  purgeInProgress,
  queueDeletedRecently,
  queueDoesNotExist,
  validationMessages,
  wiredQueue,
} from './errors.ts';
import type { MoveTasks } from './move-tasks.ts';
import type { QueueStore } from './queue-store.ts';
import type { NamedQueue, QueueUrls } from './queue-urls.ts';
import { RecentTimes } from './recent-times.ts';

export interface QueueOperationsOptions {
  readonly runtime: Pick<StandaloneRuntime, 'queue' | 'clock'>;
  readonly queues: QueueStore;
  readonly urls: QueueUrls;
  readonly tasks: MoveTasks;
  /** When the mesh created the queues of serverless.yml, in milliseconds since 1970. */
  readonly since: number;
}

const { deletedSeconds, listedQueues, purgedSeconds } = limits.sqs;

/** The operations on queues as a whole. */
export function queueOperations({ runtime, queues, urls, tasks, since }: QueueOperationsOptions) {
  const { queue, clock } = runtime;
  const deleted = new RecentTimes(clock, deletedSeconds * 1000);
  const purged = new RecentTimes(clock, purgedSeconds * 1000);
  const exists = (name: string) => queues.get(name) !== undefined;
  const seconds = () => Math.floor(clock.now() / 1000);
  return {
    async CreateQueue(input) {
      const name = input.requiredString('QueueName');
      const given = input.stringMap('Attributes') ?? {};
      const asked = readAttributes(name, given, exists);
      if (!exists(name) && deleted.has(name)) throw queueDeletedRecently(deletedSeconds);
      const now = seconds();
      checkSame(given, asked, await queues.create(name, { ...asked, createdAt: now, changedAt: now }));
      return { QueueUrl: urls.of(name) };
    },
    GetQueueUrl(input) {
      const name = input.requiredString('QueueName');
      const account = input.string('QueueOwnerAWSAccountId') ?? ACCOUNT;
      if (account !== ACCOUNT || !exists(name)) throw queueDoesNotExist();
      return { QueueUrl: urls.of(name) };
    },
    ListQueues(input) {
      const prefix = input.string('QueueNamePrefix') ?? '';
      const max = input.integer('MaxResults');
      const token = input.string('NextToken');
      if (token !== undefined && max === undefined) {
        throw invalidParameter('MaxResults is a mandatory parameter when you provide a value for NextToken.');
      }
      const { items, next } = pageOf(
        queues.names().filter((name) => name.startsWith(prefix)),
        {
          name: (name) => name,
          limit: max ?? listedQueues,
          token,
          invalid: () => invalidParameter('Invalid or expired next token.'),
        },
      );
      return {
        ...(items.length > 0 && { QueueUrls: items.map((name) => urls.of(name)) }),
        // As on SQS, an answer without MaxResults ends after 1,000 queues.
        ...(next !== undefined && max !== undefined && { NextToken: next }),
      };
    },
    async GetQueueAttributes(input) {
      const named = urls.queue(input);
      const names = input.strings('AttributeNames') ?? [];
      const Attributes = describe(names, named, { depth: await queue.depth(named.name), since });
      return Object.keys(Attributes).length > 0 ? { Attributes } : {};
    },
    async SetQueueAttributes(input) {
      const named = urls.queue(input);
      const given = input.stringMap('Attributes');
      if (given === undefined) throw validationMessages.missing('Attributes');
      refuseWired(named, 'SetQueueAttributes', 'Change the queue there and restart the mesh.');
      const isChanged = await queues.change(named.name, (attributes) => ({
        ...changeAttributes({ ...named, attributes }, given, exists),
        changedAt: seconds(),
      }));
      if (!isChanged) throw queueDoesNotExist();
      return {};
    },
    async PurgeQueue(input) {
      const named = urls.queue(input);
      refuseWired(named, 'PurgeQueue', 'Receive the messages and delete each one that you do not need.');
      const { name } = named;
      if (purged.has(name)) throw purgeInProgress(name, purgedSeconds);
      purged.add(name);
      try {
        await queue.purge(name);
      } catch (error) {
        purged.delete(name);
        throw error;
      }
      return {};
    },
    async DeleteQueue(input) {
      const named = urls.queue(input);
      refuseWired(named, 'DeleteQueue', 'Remove it there and restart the mesh.');
      if (!(await queues.remove(named.name))) throw queueDoesNotExist();
      deleted.add(named.name);
      await tasks.forget(named.name);
      return {};
    },
  } satisfies Record<string, Operation>;

  /** @throws ServiceError when serverless.yml defines the queue: a function relies on it */
  function refuseWired({ name }: NamedQueue, operation: string, advice: string): void {
    if (queues.isWired(name)) throw wiredQueue(name, operation, advice);
  }
}
