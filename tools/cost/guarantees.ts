import { StarlingError } from '#shared/errors.ts';
import type { Row } from './counts.ts';

/** A count has no line in the bill. */
export class UnexplainedRowError extends StarlingError {
  constructor({ actor, api, what }: Row) {
    super(
      'UNEXPLAINED_COST',
      `The ${actor} makes a ${api} of ${what} that tools/cost/guarantees.ts does not explain. Say there what it pays for, or take it out.`,
    );
  }
}

interface Guarantee {
  readonly actor: Row['actor'];
  readonly api: Row['api'];
  readonly of: RegExp;
  readonly what: string;
  readonly pays: string;
}

/**
 * The purpose of each item or event that a function writes, reads or publishes. An item without a purpose is an error.
 */
const guarantees: readonly Guarantee[] = [
  row('gateway', 'read', /^registry agent/, 'registry', 'the agent may change without a deployment'),
  row('gateway', 'write', /^tasks message/, 'message: that it made this task', 'a message sent twice makes one task'),
  row('gateway', 'write', /^tasks made/, 'list of tasks', 'tasks are listed, and found again after a crash'),
  row('gateway', 'write', /^tasks .*task$/, 'task: made with its request; request sent', 'no crash loses a request'),
  row('gateway', 'write', /^tasks .*log$/, 'task: a long message', 'no crash loses a request'),
  row('gateway', 'index write', /^tasks .*in ofClient$/, 'list of the client', 'a client lists its tasks'),
  row('gateway', 'newest read', /^tasks /, 'task and log as they stand', 'a client sees what it has been told before'),
  row('gateway', 'event', /^TaskRequested/, 'event TaskRequested', 'the agent is known by the bus alone'),
  row('agent', 'event', /^TaskStatusChanged/, 'event TaskStatusChanged', 'anyone may follow a task'),
  row('agent', 'event', /^TaskArtifact/, 'event TaskArtifact', 'anyone may use a result'),
  row(
    'projector',
    'newest read',
    /^tasks .*task$/,
    'projector: task as it stands',
    'events in the order of their making',
  ),
  row(
    'projector',
    'newest read',
    /^tasks .*event$/,
    'projector: events that came early',
    'events in the order of their making',
  ),
  row(
    'projector',
    'write',
    /^tasks .*(task|log)$/,
    'projector: task and its log',
    'a log that every reader sees alike',
  ),
  row(
    'projector',
    'write',
    /^tasks .*event$/,
    'projector: an event that came early',
    'events in the order of their making',
  ),
  row('projector', 'index write', /^tasks .*in ofClient$/, 'list of the client', 'a client lists its tasks'),
  row('sweeper', 'read', /^tasks .*task$/, 'sweeper: a look at the task', 'what a crash left is found and sent'),
  row('chunks', 'newest read', /^tasks .*task$/, 'chunks: task as it stands', 'events in the order of their making'),
  row(
    'chunks',
    'newest read',
    /^tasks .*event$/,
    'chunks: events that came early',
    'events in the order of their making',
  ),
  row('chunks', 'index write', /^tasks .*in ofClient$/, 'list of the client', 'a client lists its tasks'),
  row('chunks', 'write', /^tasks .*(task|log)$/, 'chunks: task and its log', 'a stream can be taken up again'),
];

function row(actor: Row['actor'], api: Row['api'], of: RegExp, what: string, pays: string): Guarantee {
  return { actor, api, of, what, pays };
}

/** @throws UnexplainedRowError */
export function guaranteeOf(counted: Row): { readonly what: string; readonly pays: string } {
  const found = guarantees.find(
    ({ actor, api, of }) => actor === counted.actor && api === counted.api && of.test(counted.what),
  );
  if (found === undefined) throw new UnexplainedRowError(counted);
  return { what: found.what, pays: found.pays };
}
