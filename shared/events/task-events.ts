import type {
  TaskArtifactV1,
  TaskAttemptFailedV1,
  TaskRequestedV1,
  TaskStatusChangedV1,
} from '#shared/generated/types.ts';
import type { BusEvent } from '#shared/ports/event-bus.ts';
import type { AgentEvent, AttemptFailure, LogEntry } from '#shared/ports/task.ts';
import type { CloudEvent } from './envelope.ts';

/** An agent's event about a task, in the form that the fold takes. Undefined for any other event. */
export function agentEventOf(event: Pick<BusEvent, 'source' | 'detail-type' | 'detail'>): AgentEvent | undefined {
  const detail = event.detail as CloudEvent;
  switch (event['detail-type']) {
    case 'TaskStatusChanged.v1':
      return { source: event.source, detailType: 'TaskStatusChanged.v1', data: detail.data as TaskStatusChangedV1 };
    case 'TaskArtifact.v1':
      return { source: event.source, detailType: 'TaskArtifact.v1', data: detail.data as TaskArtifactV1 };
    default:
      return undefined;
  }
}

/** The failure of an agent's attempt. Undefined for any other event. */
export function attemptFailureOf(
  event: Pick<BusEvent, 'source' | 'detail-type' | 'detail'>,
): AttemptFailure | undefined {
  if (event['detail-type'] !== 'TaskAttemptFailed.v1') return undefined;
  return { source: event.source, data: (event.detail as CloudEvent).data as TaskAttemptFailedV1 };
}

/**
 * The entry of the task's log for an archived event. `place` comes from the log.
 *
 * @param artifactIndex of the artifact that the entry is made of, if the event ends a turn and the entry is not its status
 */
export function logEntryOf(
  event: BusEvent,
  place: { position: number; turn: number; attempt: number },
  artifactIndex?: number,
): LogEntry {
  const { position, turn, attempt } = place;
  const { data, time } = event.detail as CloudEvent;
  switch (event['detail-type']) {
    case 'TaskRequested.v1': {
      const { message } = data as TaskRequestedV1;
      return {
        kind: 'message',
        position,
        turn,
        attempt,
        message,
        status: { state: 'TASK_STATE_SUBMITTED', timestamp: time },
      };
    }
    case 'TaskStatusChanged.v1': {
      const { status, artifacts } = data as TaskStatusChangedV1;
      if (artifactIndex === undefined) return { kind: 'status', position, turn, attempt, status };
      const artifact = artifacts?.[artifactIndex];
      if (artifact === undefined) throw new Error(`the event that ends a turn has no artifact ${artifactIndex}`);
      return { kind: 'artifact', position, turn, attempt, artifact, append: false, lastChunk: true };
    }
    case 'TaskArtifact.v1': {
      const { artifact, append, lastChunk } = data as TaskArtifactV1;
      return { kind: 'artifact', position, turn, attempt, artifact, append, lastChunk };
    }
    default:
      throw new Error(`${event['detail-type']} makes no entry of a task's log`);
  }
}
