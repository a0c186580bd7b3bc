import { describe, expect, it } from 'vitest';
import type { Artifact } from '#shared/a2a/types.ts';
import type { LogEntry, TaskRecord } from '#shared/ports/task.ts';
import { assemble } from '#shared/tasks/assemble.ts';
import { contextOf } from '#shared/tasks/log.ts';

const task = { id: 'task-1', contextId: 'context-1' };
const timestamp = '2026-01-01T12:00:00.000Z';

const said = (turn: number, text: string, role: 'ROLE_USER' | 'ROLE_AGENT' = 'ROLE_USER') => ({
  messageId: `${role}-${turn}-${text}`,
  role,
  parts: [{ text }],
  contextId: 'context-1',
});
const message = (turn: number, text: string): LogEntry => ({
  kind: 'message',
  position: 0,
  turn,
  attempt: 0,
  message: said(turn, text),
  status: { state: 'TASK_STATE_SUBMITTED', timestamp },
});
const status = (
  state: TaskRecord['state'],
  place: { turn?: number; attempt?: number } = {},
  text?: string,
): LogEntry => {
  const { turn = 1, attempt = 1 } = place;
  const spoken = text !== undefined && { message: said(turn, text, 'ROLE_AGENT') };
  return { kind: 'status', position: 0, turn, attempt, status: { state, timestamp, ...spoken } };
};
const artifact = (
  artifactId: string,
  text: string,
  place: { turn?: number; attempt?: number; append?: boolean } = {},
): LogEntry => {
  const { turn = 1, attempt = 1, append = false } = place;
  return {
    kind: 'artifact',
    position: 0,
    turn,
    attempt,
    artifact: { artifactId, parts: [{ text }] },
    append,
    lastChunk: true,
  };
};
const shown = (...log: LogEntry[]) => assemble(task, [message(1, 'hello'), ...log]);
const texts = (artifacts: readonly Artifact[] | undefined) =>
  artifacts?.map(
    ({ artifactId, parts }) => `${artifactId}: ${parts.map((part) => (part as { text: string }).text).join('|')}`,
  );

describe('assemble', () => {
  it('makes a new task of its message', () => {
    expect(shown()).toEqual({
      ...task,
      status: { state: 'TASK_STATE_SUBMITTED', timestamp },
      history: [said(1, 'hello')],
    });
  });

  it('joins the chunks of an artifact and keeps its name', () => {
    const first = {
      ...artifact('a', '1'),
      artifact: { artifactId: 'a', name: 'A', parts: [{ text: '1' }] },
    } as LogEntry;
    const result = shown(first, artifact('b', 'whole'), artifact('a', '2', { append: true }));
    expect(texts(result.artifacts)).toEqual(['a: 1|2', 'b: whole']);
    expect(result.artifacts?.[0]?.name).toBe('A');
  });

  it('joins the metadata of the chunks', () => {
    const withMetadata = (text: string, metadata: Record<string, unknown>, append: boolean): LogEntry => ({
      ...(artifact('a', text, { append }) as Extract<LogEntry, { kind: 'artifact' }>),
      artifact: { artifactId: 'a', parts: [{ text }], metadata },
    });
    const result = shown(withMetadata('1', { one: 1, both: 1 }, false), withMetadata('2', { both: 2 }, true));
    expect(result.artifacts?.[0]?.metadata).toEqual({ one: 1, both: 2 });
  });

  it('replaces an artifact in its place', () => {
    expect(texts(shown(artifact('a', '1'), artifact('b', '1'), artifact('a', '2')).artifacts)).toEqual([
      'a: 2',
      'b: 1',
    ]);
  });

  it('shows nothing of an attempt that a later one left behind', () => {
    const result = shown(
      artifact('a', 'old'),
      artifact('half', 'old'),
      status('TASK_STATE_WORKING', { attempt: 2 }),
      artifact('a', 'new', { attempt: 2 }),
    );
    expect(texts(result.artifacts)).toEqual(['a: new']);
  });

  it('keeps the artifacts of earlier turns through the attempts of a later', () => {
    const log = [
      artifact('one', '1', { attempt: 3 }),
      status('TASK_STATE_INPUT_REQUIRED', { attempt: 3 }, 'which?'),
      message(2, 'that'),
      artifact('two', 'old', { turn: 2, attempt: 1 }),
      artifact('three', 'new', { turn: 2, attempt: 2 }),
    ];
    expect(texts(shown(...log).artifacts)).toEqual(['one: 1', 'three: new']);
  });

  it('keeps the artifacts of a task that is ended from outside', () => {
    const result = shown(artifact('a', '1', { attempt: 2 }), status('TASK_STATE_CANCELED', { attempt: 2 }));
    expect(texts(result.artifacts)).toEqual(['a: 1']);
    expect(result.status.state).toBe('TASK_STATE_CANCELED');
  });

  const conversation = [
    status('TASK_STATE_WORKING', {}, 'thinking'),
    status('TASK_STATE_INPUT_REQUIRED', {}, 'which?'),
    message(2, 'that'),
    status('TASK_STATE_COMPLETED', { turn: 2 }, 'done'),
  ];

  it('has the question before its answer in the history, and the last words in the status', () => {
    const result = shown(...conversation);
    expect(result.history).toEqual([
      said(1, 'hello'),
      said(1, 'thinking', 'ROLE_AGENT'),
      said(1, 'which?', 'ROLE_AGENT'),
      said(2, 'that'),
    ]);
    expect(result.status.message).toEqual(said(2, 'done', 'ROLE_AGENT'));
  });

  it.each([
    [0, undefined],
    [1, ['that']],
    [2, ['which?', 'that']],
    [99, ['hello', 'thinking', 'which?', 'that']],
    [undefined, ['hello', 'thinking', 'which?', 'that']],
  ])('cuts the history to the newest %s', (historyLength, expected) => {
    const result = assemble(task, [message(1, 'hello'), ...conversation], { historyLength });
    expect(result.history?.map(({ parts }) => (parts[0] as { text: string }).text)).toEqual(expected);
  });

  it('has no progress in the history of a conversation', () => {
    const { history } = assemble(task, [message(1, 'hello'), ...conversation], { progress: false });
    expect(history).toEqual([said(1, 'hello'), said(1, 'which?', 'ROLE_AGENT'), said(2, 'that')]);
  });

  it('has no words of an attempt that a later one made again', () => {
    const again = { attempt: 2 };
    const first = [status('TASK_STATE_WORKING', {}, 'one'), status('TASK_STATE_WORKING', {}, 'two')];
    expect(shown(...first, artifact('a', '1', again))).toMatchObject({
      history: [said(1, 'hello')],
      status: { state: 'TASK_STATE_WORKING' },
    });
    const { history, status: last } = shown(
      ...first,
      status('TASK_STATE_WORKING', again, 'one again'),
      status('TASK_STATE_COMPLETED', again, 'done'),
    );
    expect(history?.map(({ messageId }) => messageId)).toEqual([
      said(1, 'hello').messageId,
      said(1, 'one again', 'ROLE_AGENT').messageId,
    ]);
    expect(last.message?.parts).toEqual([{ text: 'done' }]);
  });

  it('changes no entry', () => {
    const log = [message(1, 'hello'), artifact('a', '1'), artifact('a', '2', { append: true })];
    const copy = structuredClone(log);
    assemble(task, log);
    assemble(task, log);
    expect(log).toEqual(copy);
  });

  it('refuses an empty log', () => {
    expect(() => assemble(task, [])).toThrow('task-1');
  });
});

describe('contextOf', () => {
  it('is the context of the first message', () => {
    expect(contextOf([message(1, 'hello'), status('TASK_STATE_WORKING')])).toBe('context-1');
    expect(() => contextOf([status('TASK_STATE_WORKING')])).toThrow();
  });
});
