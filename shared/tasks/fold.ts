import type { TaskArtifactV1, TaskStatusChangedV1 } from '#shared/generated/types.ts';
import type { AgentEvent, ArtifactEntry, Outcome, StatusEntry, TaskRecord } from '#shared/ports/task.ts';
import { isTerminal } from './state.ts';

/**
 * Folds one event of an agent into its task. An agent changes a task only in this way. The function is pure: the SQLite
 * bus calls it inside the publisher's batch, and the projector's Lambda calls it around a conditional write.
 *
 * The order is by turn, attempt and sequence. After the first event of a higher attempt, events of lower ones have no
 * effect.
 */
export function fold(task: TaskRecord, event: AgentEvent): Outcome {
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
  if (data.attempt < task.attempt) return { kind: 'dropped', why: 'fenced' };
  const before = data.attempt === task.attempt ? task.sequence : 0;
  if (data.sequence <= before) return { kind: 'dropped', why: 'duplicate' };
  if (data.sequence > before + 1) return { kind: 'parked' };

  const moved: TaskRecord = {
    ...task,
    attempt: data.attempt,
    sequence: data.sequence,
    artifacts: data.attempt === task.attempt ? task.artifacts : [],
  };
  return event.detailType === 'TaskArtifact.v1' ? applyArtifact(moved, event.data) : applyStatus(moved, event.data);
}

function applyStatus(task: TaskRecord, data: TaskStatusChangedV1): Outcome {
  if (data.status.state === 'TASK_STATE_SUBMITTED') {
    return { kind: 'quarantined', reason: `an agent cannot move a task to ${data.status.state}`, task };
  }
  const position = task.position + 1;
  const entry: StatusEntry = {
    kind: 'status',
    position,
    turn: task.turn,
    attempt: task.attempt,
    status: data.status,
  };
  return {
    kind: 'applied',
    entry,
    task: { ...task, position, state: data.status.state, statusAt: Date.parse(data.status.timestamp) },
  };
}

function applyArtifact(task: TaskRecord, data: TaskArtifactV1): Outcome {
  const position = task.position + 1;
  const begun = task.artifacts.includes(data.artifact.artifactId);
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
  const artifacts = begun ? task.artifacts : [...task.artifacts, data.artifact.artifactId];
  if (!begun && isTooMuch(artifacts)) {
    return { kind: 'quarantined', reason: 'one artifact too many of its attempt', task };
  }
  return { kind: 'applied', entry, task: { ...task, position, artifacts } };
}

/** This many ids always fit: an id has at most 256 characters, and JSON escapes a character in at most 6 bytes. */
const FEW_ARTIFACTS = 150;
/**
 * Bytes of ids as JSON, enough for some 18,000 ids such as `artifact-1-1`. A task keeps the ids of its attempt in one
 * row, and an item of DynamoDB has at most 400 KB.
 */
const MAX_ARTIFACT_IDS = 300_000;

function isTooMuch(artifacts: readonly string[]): boolean {
  return artifacts.length > FEW_ARTIFACTS && Buffer.byteLength(JSON.stringify(artifacts)) > MAX_ARTIFACT_IDS;
}
