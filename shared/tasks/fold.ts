import type { Artifact } from '#shared/a2a/types.ts';
import type { TaskArtifactV1, TaskStatusChangedV1 } from '#shared/generated/types.ts';
import type {
  AgentEvent,
  Applied,
  ArtifactEntry,
  Exceeded,
  LogEntry,
  Outcome,
  StatusEntry,
  TaskRecord,
} from '#shared/ports/task.ts';
import { boundReason, entryBytes, MAX_TASK_ENTRIES, passedBound } from './bounds.ts';
import { isTerminal, turnHasEnded } from './state.ts';

/**
 * The ids of an attempt's first artifacts are in the task's record, because most attempts have few. With all of them, each
 * event would write the ids of all earlier artifacts again.
 */
export const ARTIFACTS_IN_RECORD = 32;
/** No queue delivers a message this often. The keys of DynamoDB have room for ten digits. */
const MAX_ATTEMPT = 1_000_000_000;

/**
 * Folds one event of an agent into its task. An agent changes a task only in this way. The function is pure: the SQLite
 * bus calls it inside the publisher's batch, and the projector's Lambda calls it around a conditional write.
 *
 * The order is by turn, attempt and sequence. After the first event of a higher attempt, events of lower ones have no
 * effect.
 *
 * @param isKept whether the store keeps the id of an artifact of the current attempt, because `began` named it. It is
 *   asked only about ids that the record lacks.
 */
export function fold(task: TaskRecord, event: AgentEvent, isKept: (artifactId: string) => boolean): Outcome {
  const { data } = event;
  if (event.source !== `starling.agents.${task.agentId}` || data.agentId !== task.agentId) {
    return { kind: 'quarantined', reason: `not from the task's agent ${task.agentId}` };
  }
  if (data.contextId !== task.contextId) return { kind: 'quarantined', reason: 'not of the context of its task' };
  if (isTerminal(task.state)) return { kind: 'dropped', why: 'ended' };
  if (data.turn !== task.turn) {
    return { kind: 'quarantined', reason: `of turn ${data.turn}, while the task is in turn ${task.turn}` };
  }
  if (data.attempt < 1 || data.sequence < 1) {
    return { kind: 'quarantined', reason: 'attempt and sequence of an agent begin at 1' };
  }
  if (data.attempt > MAX_ATTEMPT) return { kind: 'quarantined', reason: `no attempt has the number ${data.attempt}` };
  if (data.attempt < task.attempt) return { kind: 'dropped', why: 'fenced' };
  const before = data.attempt === task.attempt ? task.sequence : 0;
  if (data.sequence <= before) return { kind: 'dropped', why: 'duplicate' };
  // It can never be next: before it, the task would have too many entries.
  if (data.sequence > MAX_TASK_ENTRIES) return exceeded({ ...task, position: data.sequence });
  if (data.sequence > before + 1) return { kind: 'parked' };

  const isSameAttempt = data.attempt === task.attempt;
  const moved: TaskRecord = {
    ...task,
    attempt: data.attempt,
    sequence: data.sequence,
    ...(!isSameAttempt && { artifacts: [], artifactCount: 0 }),
  };
  const isKeptNow = isSameAttempt ? isKept : () => false;
  return event.detailType === 'TaskArtifact.v1'
    ? applyArtifact(moved, event.data, isKeptNow)
    : applyStatus(moved, event.data, isKeptNow);
}

function applyStatus(task: TaskRecord, data: TaskStatusChangedV1, isKept: (artifactId: string) => boolean): Outcome {
  const { status } = data;
  if (status.state === 'TASK_STATE_SUBMITTED') {
    return { kind: 'quarantined', reason: `an agent cannot move a task to ${status.state}`, task };
  }
  const before: Applied = { kind: 'applied', task, entries: [] };
  const made = turnHasEnded(status.state) ? applyResult(before, data.artifacts ?? [], isKept) : before;
  if (made.kind === 'exceeded') return made;
  const position = made.task.position + 1;
  const entry: StatusEntry = { kind: 'status', position, turn: task.turn, attempt: task.attempt, status };
  const moved: TaskRecord = {
    ...made.task,
    position,
    bytes: made.task.bytes + entryBytes(entry),
    state: status.state,
    statusAt: Date.parse(status.timestamp),
  };
  const applied: Applied = { ...made, task: moved, entries: [...made.entries, entry] };
  // A task that is full can still end.
  return isTerminal(status.state) ? applied : bounded(applied);
}

/** Applies the artifacts of the event that ends a turn. Those that came before, as progress, are in the log already. */
function applyResult(
  before: Applied,
  artifacts: readonly Artifact[],
  isKept: (artifactId: string) => boolean,
): Applied | Exceeded {
  let { task } = before;
  const entries: LogEntry[] = [];
  const began: string[] = [];
  const taken = new Set<string>();
  for (const artifact of artifacts) {
    const { artifactId } = artifact;
    if (taken.has(artifactId) || hasBegun(task, artifactId, isKept)) continue;
    taken.add(artifactId);
    const outcome = applyArtifact(task, { artifact, append: false, lastChunk: true }, isKept);
    if (outcome.kind === 'exceeded') return outcome;
    task = outcome.task;
    entries.push(...outcome.entries);
    began.push(...(outcome.began ?? []));
  }
  return { kind: 'applied', task, entries, ...(began.length > 0 && { began }) };
}

function applyArtifact(
  task: TaskRecord,
  data: Pick<TaskArtifactV1, 'artifact' | 'append' | 'lastChunk'>,
  isKept: (artifactId: string) => boolean,
): Applied | Exceeded {
  const { artifactId } = data.artifact;
  const { artifacts, artifactCount } = task;
  const begun = hasBegun(task, artifactId, isKept);
  const hasRoom = artifacts.length < ARTIFACTS_IN_RECORD;
  const position = task.position + 1;
  const entry: ArtifactEntry = {
    kind: 'artifact',
    position,
    turn: task.turn,
    attempt: task.attempt,
    artifact: data.artifact,
    // The first chunk of an attempt replaces the artifact of an earlier attempt.
    append: data.append && begun,
    lastChunk: data.lastChunk,
  };
  const moved: TaskRecord = {
    ...task,
    position,
    bytes: task.bytes + entryBytes(entry),
    ...(!begun && { artifactCount: artifactCount + 1, ...(hasRoom && { artifacts: [...artifacts, artifactId] }) }),
  };
  return bounded({
    kind: 'applied',
    entries: [entry],
    task: moved,
    ...(!begun && !hasRoom && { began: [artifactId] }),
  });
}

function hasBegun(
  { artifacts, artifactCount }: TaskRecord,
  artifactId: string,
  isKept: (artifactId: string) => boolean,
): boolean {
  return artifacts.includes(artifactId) || (artifactCount > artifacts.length && isKept(artifactId));
}

function bounded(applied: Applied): Applied | Exceeded {
  return passedBound(applied.task) === undefined ? applied : exceeded(applied.task);
}

function exceeded(task: TaskRecord): Exceeded {
  return { kind: 'exceeded', reason: boundReason(passedBound(task) ?? '') };
}
