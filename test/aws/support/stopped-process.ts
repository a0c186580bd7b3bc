import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { dynamoDbDocumentClient } from '#adapters/aws/clients/dynamodb.ts';
import type { AgentEvent } from '#shared/ports/task.ts';
import type { Ending, NewTask, NextTurn } from '#shared/ports/task-store.ts';
import { clientOptions } from './endpoint.ts';
import { openTaskStore, taskBus } from './task-store.ts';

/** What the process does to a task, and before which step it stops for ever. */
export interface Doing {
  readonly stage: string;
  /** Milliseconds since 1970: what its clock says. */
  readonly now: number;
  /** The events on the bus, the claim of the message, or the write of a state item that was there already. */
  readonly stopBefore: 'bus' | 'claim' | 'state';
  readonly create?: NewTask;
  readonly begin?: NextTurn;
  readonly end?: Pick<Ending, 'taskId' | 'status'> & { readonly entries: ReturnType<Ending['events']> };
  readonly apply?: readonly AgentEvent[];
}

/** Tells whoever started the process, and stays. */
async function stop(): Promise<never> {
  process.stdout.write('stopped\n');
  setInterval(() => {}, 60_000);
  return new Promise(() => {});
}

function stopAtPut(documents: DynamoDBDocumentClient, isStep: (input: PutInput) => boolean): void {
  documents.middlewareStack.add((next) => async (args) => (isStep(args.input as PutInput) ? stop() : next(args)), {
    step: 'initialize',
  });
}

interface PutInput {
  readonly Item?: { readonly sk?: string };
  readonly ConditionExpression?: string;
}

const doing = JSON.parse(process.argv[2] ?? '') as Doing;
const { stage, now, stopBefore, create, begin, end, apply = [] } = doing;
const documents = dynamoDbDocumentClient(clientOptions);
if (stopBefore === 'claim') stopAtPut(documents, ({ Item }) => Item?.sk === 'message');
if (stopBefore === 'state') stopAtPut(documents, ({ Item }) => Item?.sk === 'task');
const bus = stopBefore === 'bus' ? { put: stop } : taskBus();
const store = openTaskStore({ documents, stage, clock: { now: () => now }, bus });
if (create) await store.create(create);
if (begin) await store.begin(begin);
if (end) await store.end({ ...end, events: () => end.entries });
await Promise.all(apply.map((event) => store.apply(event)));
