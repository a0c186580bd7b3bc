import { describe, expect, it } from 'vitest';
import { isEcho, sendMessage } from '#test/bench/answer.ts';

const answer = (state: string, text: string) =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    result: { task: { status: { state }, artifacts: [{ parts: [{ text }] }] } },
  });

describe('the answers that the benchmark counts', () => {
  it('are the completed task with the text of the call', () => {
    expect(isEcho(answer('TASK_STATE_COMPLETED', 'mine'), 'mine')).toBe(true);
  });

  it.each([
    ['of a task that goes on', answer('TASK_STATE_WORKING', 'mine')],
    ['of a failed task', answer('TASK_STATE_FAILED', 'mine')],
    ["of another's call", answer('TASK_STATE_COMPLETED', 'yours')],
    ['without an artifact', JSON.stringify({ result: { task: { status: { state: 'TASK_STATE_COMPLETED' } } } })],
    ['that are errors', JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: -32603, message: 'mine' } })],
    ['that are null', 'null'],
    ['that are no JSON', 'Bad Gateway'],
    ['that are empty', ''],
  ])('are not those %s', (_what, body) => {
    expect(isEcho(body, 'mine')).toBe(false);
  });

  it('are asked for with a message of that text and id', () => {
    const { method, params } = JSON.parse(sendMessage('mine'));
    expect(method).toBe('SendMessage');
    expect(params.message).toMatchObject({ messageId: 'mine', parts: [{ text: 'mine' }] });
    expect(params.configuration).toBeUndefined(); // A2A's default is to block.
  });
});
