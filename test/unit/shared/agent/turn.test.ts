import { describe, expect, it } from 'vitest';
import { TaskFailed } from '#shared/agent/index.ts';
import { Turn } from '#shared/agent/turn.ts';
import type { CloudEvent } from '#shared/events/envelope.ts';
import type { TaskRequestedV1 } from '#shared/generated/types.ts';
import type { AgentRuntime } from '#shared/runtime/runtime.ts';
import { delivered, requested } from './turns.ts';

/** A turn whose events nobody publishes. */
function turn(): Turn {
  const runtime = {
    settings: { artifactStream: 'artifacts', workingAfterMs: 0 },
    clock: { now: () => 0 },
    publisher: { prepare: () => ({ detail: {} }), publish: async () => {} },
    stream: { put: async () => [] },
    metrics: { count: () => {} },
  };
  const { detail } = delivered('TaskRequested.v1', requested());
  const { signal } = new AbortController();
  return new Turn(runtime as unknown as AgentRuntime, detail as CloudEvent<TaskRequestedV1>, 1, { signal });
}
const whole = { append: false, lastChunk: true };
const chunk = { append: true, lastChunk: false };
const failed = (bound: string) => new TaskFailed(`The task reached a bound: it would have ${bound}.`);

describe('a turn', () => {
  it('takes 20,000 artifacts, and more chunks of them', () => {
    const made = turn();
    for (let i = 0; i < 20_000; i++) made.artifact({ parts: [{ text: 'a' }] }, whole);
    made.artifact({ artifactId: 'artifact-1-7', parts: [{ text: 'b' }] }, chunk);
    expect(() => made.artifact({ parts: [{ text: 'a' }] }, whole)).toThrow(
      failed('more than 20,000 artifacts in one attempt'),
    );
  });

  it('takes 99,999 events, and then the event that ends it', () => {
    const made = turn();
    const entries = failed('more than 100,000 messages, status changes, artifacts and chunks');
    for (let i = 0; i < 99_999; i++) made.status('TASK_STATE_WORKING', 'on it');
    expect(() => made.artifact({ artifactId: 'a', parts: [{ text: 'a' }] }, whole)).toThrow(entries);
    expect(() => made.status('TASK_STATE_WORKING', 'on it')).toThrow(entries);
    made.status('TASK_STATE_FAILED', 'It was too much.');
  });
});
