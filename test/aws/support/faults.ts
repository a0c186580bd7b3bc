import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import type { BatchWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { dynamoDbDocumentClient } from '#adapters/aws/clients/dynamodb.ts';
import { AwsError, type AwsErrorCode } from '#adapters/aws/errors.ts';
import type { DynamoTaskStore } from '#adapters/aws/tasks/task-store.ts';
import type { BusEntry, EventBus, PutResult } from '#shared/ports/event-bus.ts';
import { clientOptions } from './endpoint.ts';
import { openTaskStore, type TaskStoreOptions } from './task-store.ts';

/**
 * What becomes of a call: it is done; it is refused, and never done; it is done and its answer lost; it is done twice, as the
 * SDK does that lost an answer; some writes of it are done, and then its process is no more.
 */
export const faults = ['refused', 'lost', 'twice', 'dies'] as const;
export type Fault = 'none' | (typeof faults)[number];

export interface FaultyOptions extends Omit<TaskStoreOptions, 'documents' | 'bus'> {
  readonly bus: Pick<EventBus, 'put'>;
  /** Asked at every call. */
  readonly fault: () => Fault;
  /** Which of its writes a process makes that dies with some of them: asked for each. */
  readonly isWritten: () => boolean;
}

/** A process whose calls to DynamoDB and the bus fail as they are told. */
export class FaultyProcess {
  readonly store: DynamoTaskStore;
  readonly #documents = dynamoDbDocumentClient(clientOptions);
  readonly #options: FaultyOptions;
  #dead = false;

  constructor(options: FaultyOptions) {
    this.#options = options;
    this.store = openTaskStore({
      ...options,
      documents: this.#documents,
      bus: { put: (entries) => this.#put(entries) },
    });
    this.#documents.middlewareStack.add(
      (next) => async (args) => {
        switch (this.#fault()) {
          case 'refused':
            throw failure('ThrottlingException');
          case 'dies':
            await next({ ...args, input: this.#someOf(args.input as object) as typeof args.input }).catch(() => {});
            throw failure('InternalServerError');
          case 'lost':
            await next(args);
            throw failure('InternalServerError');
          case 'twice':
            await next(args).catch(() => {});
        }
        return next(args);
      },
      { step: 'initialize' },
    );
  }

  close(): void {
    this.#documents.destroy();
  }

  #fault(): Fault {
    if (this.#dead) return 'refused';
    const fault = this.#options.fault();
    this.#dead = fault === 'dies';
    return fault;
  }

  async #put(entries: readonly BusEntry[]): Promise<readonly PutResult[]> {
    const { bus } = this.#options;
    switch (this.#fault()) {
      case 'refused':
        return entries.map(() => refused('AWS_THROTTLED'));
      case 'dies':
        await bus.put(entries.filter(this.#options.isWritten));
        return entries.map(() => refused('AWS_UNREACHABLE'));
      case 'lost':
        await bus.put(entries);
        return entries.map(() => refused('AWS_UNREACHABLE'));
      case 'twice':
        await bus.put(entries);
    }
    return bus.put(entries);
  }

  #someOf(input: object): object {
    if (!('RequestItems' in input)) return input;
    const { RequestItems = {} } = input as BatchWriteCommandInput;
    const some = Object.entries(RequestItems).map(([table, requests]) => [
      table,
      Array.isArray(requests) ? requests.filter(this.#options.isWritten) : requests,
    ]);
    return { ...input, RequestItems: Object.fromEntries(some) };
  }
}

function refused(code: AwsErrorCode): PutResult {
  return { error: new AwsError(code, { action: 'events:PutEvents', resource: 'the bus' }, code) };
}

function failure(name: string): Error {
  return new DynamoDBServiceException({ name, $fault: 'server', message: name, $metadata: {} });
}
