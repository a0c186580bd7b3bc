import type { TaskRecord } from '#shared/ports/task.ts';
import { randomHex } from '#shared/random.ts';
import type { Amount } from '#shared/tasks/bounds.ts';
import { isTerminal } from '#shared/tasks/state.ts';
import { listKey } from './list-key.ts';
import { shardOf } from './shards.ts';

/** A task as its state item stores it. */
export interface StoredTask {
  readonly task: TaskRecord;
  /** Changes with each write. A write succeeds only if the item still has the version that the writer has read. */
  readonly version: string;
  /** The log entries that fit into the item itself: a JSON array of `PackedEntry`. */
  readonly entries: string | undefined;
  /** The sort key of the newest log item, which names the one before it. */
  readonly log: string | undefined;
  /** The events to publish: an `Outbox` as JSON, or the sort key of the log item that has it. */
  readonly unsent: string | undefined;
  /** Hashes of the messages that began its newest turns, separated by spaces. */
  readonly messages: string;
  /** The events that are parked beside it. Undefined: there were never any. A crash can leave some that are not counted. */
  readonly parked: Amount | undefined;
  /** Whether its client's list has the task although its agent has said nothing yet. */
  readonly isListed: boolean;
  /** The time when the sweeper looks at it, in milliseconds since 1970. Undefined when it need not look. */
  readonly due: number | undefined;
  /** The time when all items of the task expire, in seconds since 1970. */
  readonly expiresAt: number;
}

export const STATE = 'task';

export interface StateItem {
  readonly pk: string;
  readonly sk: typeof STATE;
  readonly [attribute: string]: string | number | boolean | undefined;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * Whether a task can have this id. Ids come from clients, and DynamoDB answers an empty or a long key with an error.
 */
export function isTaskId(id: string): boolean {
  return uuid.test(id);
}

export function newVersion(): string {
  return randomHex(6);
}

/** Whether its client's list has the task. A task that has changed is always listed. */
export function isListed({ task, isListed }: Pick<StoredTask, 'task' | 'isListed'>): boolean {
  return isListed || task.position > 1;
}

const PREFIX = 'TASK_STATE_';

export function stateInItem(state: TaskRecord['state']): string {
  return state.slice(PREFIX.length);
}

export function toItem(stored: StoredTask): StateItem {
  const { task, due } = stored;
  return {
    pk: task.id,
    sk: STATE,
    version: stored.version,
    contextId: task.contextId,
    agentId: task.agentId,
    owner: task.owner,
    state: stateInItem(task.state),
    statusAt: task.statusAt,
    createdAt: task.createdAt,
    deadline: task.deadline,
    turn: task.turn,
    attempt: task.attempt,
    sequence: task.sequence,
    attemptBase: task.attemptBase === 0 ? undefined : task.attemptBase,
    position: task.position,
    bytes: task.bytes,
    artifacts: task.artifacts.length === 0 ? undefined : JSON.stringify(task.artifacts),
    artifactCount: task.artifactCount === task.artifacts.length ? undefined : task.artifactCount,
    entries: stored.entries,
    log: stored.log,
    unsent: stored.unsent,
    messages: stored.messages,
    // One attribute, because the item has room for few bytes below one kilobyte.
    parked: stored.parked && `${stored.parked.events} ${stored.parked.bytes}`,
    // The keys of the sparse index `watched`.
    watch: due === undefined ? undefined : String(shardOf(task.id)),
    due,
    // The keys of the sparse index `ofClient`.
    ...(isListed(stored) && listKey(task)),
    expiresAt: stored.expiresAt,
  };
}

export function fromItem(item: Readonly<Record<string, unknown>>): StoredTask {
  const text = (name: string) => item[name] as string;
  const number = (name: string) => item[name] as number;
  const artifacts: string[] = item.artifacts === undefined ? [] : JSON.parse(text('artifacts'));
  return {
    task: {
      id: text('pk') as TaskRecord['id'],
      contextId: text('contextId') as TaskRecord['contextId'],
      agentId: text('agentId') as TaskRecord['agentId'],
      owner: text('owner'),
      state: `${PREFIX}${text('state')}` as TaskRecord['state'],
      statusAt: number('statusAt'),
      createdAt: number('createdAt'),
      deadline: number('deadline'),
      turn: number('turn'),
      attempt: number('attempt'),
      sequence: number('sequence'),
      attemptBase: (item.attemptBase as number | undefined) ?? 0,
      position: number('position'),
      // An older version counted no bytes.
      bytes: (item.bytes as number | undefined) ?? 0,
      artifacts,
      artifactCount: (item.artifactCount as number | undefined) ?? artifacts.length,
    },
    version: text('version'),
    entries: item.entries as string | undefined,
    log: item.log as string | undefined,
    unsent: item.unsent as string | undefined,
    messages: text('messages'),
    parked: parkedOf(item.parked),
    due: item.due as number | undefined,
    isListed: item.client !== undefined,
    expiresAt: number('expiresAt'),
  };
}

/** An older version noted only whether there are any. */
function parkedOf(attribute: unknown): Amount | undefined {
  if (attribute === undefined) return undefined;
  const [events = 1, bytes = 0] = attribute === true ? [] : String(attribute).split(' ').map(Number);
  return { events, bytes };
}

/** The task with an empty outbox. Its client's list has it now. From now on the sweeper looks at it only for its deadline, if it has one. */
export function sent(stored: StoredTask): StoredTask {
  return { ...stored, unsent: undefined, isListed: true, ...(isTerminal(stored.task.state) && { due: undefined }) };
}

/**
 * Bytes of an item as DynamoDB counts them, or one or two more. Names and values count in UTF-8. A number counts one
 * byte for two digits, and one more
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html).
 */
export function itemBytes(item: Readonly<Record<string, string | number | boolean | undefined>>): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) {
    if (value === undefined) continue;
    bytes += Buffer.byteLength(name);
    if (typeof value === 'string') bytes += Buffer.byteLength(value);
    else if (typeof value === 'number') bytes += Math.ceil(String(value).length / 2) + 2;
    else bytes += 1;
  }
  return bytes;
}
