import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SKILL_EXTENSION } from '#shared/a2a/skill-extension.ts';
import type { TaskState } from '#shared/a2a/types.ts';
import { InexactNumber } from '#shared/exact-json.ts';
import type { TaskId } from '#shared/ids.ts';
import { TaskFullError } from '#shared/ports/errors.ts';
import { endTask } from '#shared/tasks/end-task.ts';
import { entriesOf, logOf } from '#shared/tasks/log.ts';
import { type Submission, submit } from '#shared/tasks/submit.ts';
import { visibleTask } from '#shared/tasks/visible-task.ts';
import { statusEvent } from '#test/support/task-events.ts';
import { agentNamed, type Core, echo, openCore, submission, userMessage } from './mesh.ts';

let core: Core;
beforeEach(async () => {
  core = await openCore();
});
afterEach(() => core.remove());

const stranger = { clientId: 'other', scopes: [] };

/** A task whose agent asked something. */
async function waitingTask(state: TaskState = 'TASK_STATE_INPUT_REQUIRED') {
  const { taskId } = await submit(core.runtime, submission(userMessage()));
  await core.tasks.apply(statusEvent(await core.task(taskId), { sequence: 1 }, state, 'which?'));
  return core.task(taskId);
}

describe('a message without a task', () => {
  it('makes a task of the caller, with the message in its log', async () => {
    const message = userMessage();
    const { taskId, turn, log } = await submit(core.runtime, submission(message));
    const task = await core.task(taskId);
    expect(task).toMatchObject({ agentId: 'echo', owner: 'app', state: 'TASK_STATE_SUBMITTED', turn: 1 });
    expect(task.deadline - task.createdAt).toBe(300_000);
    expect(turn).toBe(1);
    expect(log).toEqual(await entriesOf(core.tasks, taskId, 0));
    expect(log).toMatchObject([{ kind: 'message', message: { ...message, taskId, contextId: task.contextId } }]);
  });

  it('makes one task when it is sent twice', async () => {
    const message = userMessage();
    const first = await submit(core.runtime, submission(message));
    expect(await submit(core.runtime, submission(message))).toEqual(first);
  });

  it('makes a task each time at an agent that does not deduplicate, unless it has an idempotency key', async () => {
    const message = userMessage();
    const agent = { ...agentNamed('echo'), deduplicate: false as const };
    const send = async (idempotencyKey?: string) =>
      (await submit(core.runtime, { ...submission(message), agent, idempotencyKey })).taskId;
    expect(await send()).not.toBe(await send());
    expect(await send('k')).toBe(await send('k'));
  });

  it('belongs to its idempotency key, and not to its id', async () => {
    const send = async (message: object, idempotencyKey = 'k') =>
      (await submit(core.runtime, { ...submission(message), idempotencyKey })).taskId;
    const message = userMessage();
    const first = await send(message);
    expect(await send(message)).toBe(first);
    expect(await send(message, 'another')).not.toBe(first);
    for (const other of [userMessage(), { ...message, parts: [{ text: 'other' }] }]) {
      await expect(send(other)).rejects.toMatchObject({
        reason: 'IDEMPOTENCY_KEY_REUSED',
        metadata: { taskId: first },
      });
    }
  });

  it('begins one turn with its idempotency key', async () => {
    const task = await waitingTask();
    const message = { ...userMessage(), taskId: task.id };
    const send = (text: string) =>
      submit(core.runtime, { ...submission({ ...message, parts: [{ text }] }), idempotencyKey: 'k' });
    expect([(await send('a')).turn, (await send('a')).turn]).toEqual([2, 2]);
    await expect(send('b')).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it.each<[string, Partial<Submission>]>([
    ['owner', { principal: stranger }],
    ['agent', { agent: agentNamed('weather') }],
  ])('makes another task when the same message comes with another %s', async (_what, changes) => {
    const message = userMessage();
    const first = await submit(core.runtime, submission(message));
    expect((await submit(core.runtime, submission(message, changes))).taskId).not.toBe(first.taskId);
  });

  it('keeps the context that it names', async () => {
    const { taskId } = await submit(core.runtime, submission(userMessage({ contextId: 'trip' })));
    expect((await core.task(taskId)).contextId).toBe('trip');
  });

  it.each([
    ['null for a field', { contextId: null, metadata: null }],
    ['the empty string for an id', { taskId: '', contextId: '' }],
    ['null in a part', { parts: [{ text: 'hello', filename: null }] }],
    ['a data part that is null', { parts: [{ data: null }] }],
    ['raw without bytes', { parts: [{ raw: '' }] }],
    ['raw with padding and without', { parts: [{ raw: 'YQ==' }, { raw: 'YQ' }, { raw: 'YWE=' }, { raw: 'YWE' }] }],
    ['raw in either alphabet', { parts: [{ raw: '+/+/' }, { raw: '-_-_' }] }],
  ])('may have %s', async (_what, changes) => {
    const { taskId } = await submit(core.runtime, submission(userMessage(changes)));
    expect((await core.task(taskId)).contextId).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('a message with a task', () => {
  it.each<TaskState>(['TASK_STATE_INPUT_REQUIRED', 'TASK_STATE_AUTH_REQUIRED'])(
    'begins the next turn of a task in %s',
    async (state) => {
      const task = await waitingTask(state);
      const message = userMessage({ taskId: task.id });
      const begun = await submit(core.runtime, submission(message));
      expect(begun).toEqual({ taskId: task.id, turn: 2, log: await entriesOf(core.tasks, task.id, 0) });
      expect(await core.task(task.id)).toMatchObject({ turn: 2, state: 'TASK_STATE_SUBMITTED' });
      // Sent again, it begins no other.
      expect((await submit(core.runtime, submission(message))).turn).toBe(2);
    },
  );

  it('may name the context of the task', async () => {
    const { id: taskId, contextId } = await waitingTask();
    expect((await submit(core.runtime, submission(userMessage({ taskId, contextId })))).turn).toBe(2);
  });

  const refusals: [string, Record<string, unknown>, Partial<Submission>, string, RegExp][] = [
    ['of another owner', {}, { principal: stranger }, 'TASK_NOT_FOUND', /There is no task/],
    ['of another agent', {}, { agent: agentNamed('weather') }, 'TASK_NOT_FOUND', /There is no task/],
    ['that does not exist', { taskId: 'none' }, {}, 'TASK_NOT_FOUND', /There is no task none/],
    ['in another context', { contextId: 'other' }, {}, 'INVALID_PARAMS', /not the context of task/],
  ];
  it.each(refusals)('is refused for a task %s', async (_what, changes, caller, code, text) => {
    const { id } = await waitingTask();
    const refused = submit(core.runtime, submission(userMessage({ taskId: id, ...changes }), caller));
    await expect(refused).rejects.toMatchObject({ code, message: expect.stringMatching(text) });
    expect((await core.task(id)).turn).toBe(1);
  });

  it('is refused for a task that works, and for one that has ended', async () => {
    const { taskId } = await submit(core.runtime, submission(userMessage()));
    const again = () => submit(core.runtime, submission(userMessage({ taskId })));
    await expect(again()).rejects.toMatchObject({
      code: 'UNSUPPORTED_OPERATION',
      message: expect.stringContaining('is in TASK_STATE_SUBMITTED'),
    });
    await endTask(core.runtime, await core.task(taskId), { state: 'TASK_STATE_CANCELED', reason: 'test' });
    await expect(again()).rejects.toMatchObject({
      code: 'UNSUPPORTED_OPERATION',
      message: expect.stringContaining('has ended (TASK_STATE_CANCELED)'),
    });
  });

  it('is refused for a task that is full, and the task stays as it is', async () => {
    const task = await waitingTask();
    vi.spyOn(core.tasks, 'begin').mockRejectedValueOnce(new TaskFullError(task.id, 'more than 64 MB'));
    await expect(submit(core.runtime, submission(userMessage({ taskId: task.id })))).rejects.toMatchObject({
      code: 'UNSUPPORTED_OPERATION',
      message: `Task ${task.id} takes no more messages: it would have more than 64 MB. Send the message without a taskId. This makes a new task.`,
    });
    expect(await core.task(task.id)).toEqual(task);
  });

  it('is refused when the earlier messages are too much to go with it, but not when it comes again', async () => {
    const { id: taskId } = await waitingTask();
    const large = (turn: number) => userMessage({ taskId, parts: [{ text: `${turn} ${'x'.repeat(5_000_000)}` }] });
    const asks = async (turn: number) =>
      core.tasks.apply(statusEvent(await core.task(taskId), { turn, sequence: 1 }, 'TASK_STATE_INPUT_REQUIRED'));
    await submit(core.runtime, submission(large(2)));
    await asks(2);
    const third = large(3);
    expect((await submit(core.runtime, submission(third))).turn).toBe(3);
    await asks(3);
    expect((await submit(core.runtime, submission(third))).turn).toBe(3);
    await expect(submit(core.runtime, submission(large(4)))).rejects.toMatchObject({
      code: 'UNSUPPORTED_OPERATION',
      message: expect.stringContaining('more than 8 MB of earlier messages'),
    });
  });

  it('is refused when another message came first', async () => {
    const { id: taskId } = await waitingTask();
    const answers = await Promise.allSettled(
      [1, 2].map(() => submit(core.runtime, submission(userMessage({ taskId })))),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'UNSUPPORTED_OPERATION' },
    });
  });
});

describe('a message with the id of another', () => {
  const content = { parts: [{ text: 'hello' }, { data: { a: [1, -0], b: { c: null } } }], metadata: { x: 1, y: 2 } };
  const refusal = (taskId: string) => ({
    code: 'INVALID_PARAMS',
    message: expect.stringContaining(taskId),
    metadata: { taskId },
  });
  const others: [string, Record<string, unknown>][] = [
    ['another text', { parts: [{ text: 'bye' }, content.parts[1]] }],
    ['other data', { parts: [content.parts[0], { data: { a: [1, 0.5], b: { c: null } } }] }],
    ['its parts in another order', { parts: content.parts.toReversed() }],
    ['a part less', { parts: content.parts.slice(0, 1) }],
    ['other metadata', { metadata: { x: 1 } }],
    ['another role', { role: 'ROLE_AGENT' }],
    ['extensions', { extensions: ['https://example.com/x'] }],
    ['another context', { contextId: 'other' }],
  ];
  /** The same content with the members of each object in another order. */
  const reordered = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reordered);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .toReversed()
        .map(([key, member]) => [key, reordered(member)]),
    );
  };

  it.each(others)('is refused with %s, when the other one made a task', async (_what, changes) => {
    const message = userMessage(content);
    const { taskId } = await submit(core.runtime, submission(message));
    await expect(submit(core.runtime, submission({ ...message, ...changes }))).rejects.toMatchObject(refusal(taskId));
    expect(await core.requests()).toHaveLength(1);
  });

  it.each(others.slice(0, -1))('is refused with %s, when the other one began a turn', async (_what, changes) => {
    const { id: taskId } = await waitingTask();
    const message = userMessage({ taskId, ...content });
    await submit(core.runtime, submission(message));
    await expect(submit(core.runtime, submission({ ...message, ...changes }))).rejects.toMatchObject(refusal(taskId));
    expect(await core.requests()).toHaveLength(2);
  });

  it('is refused when both come at the same time', async () => {
    const { id: taskId } = await waitingTask();
    const messages = ['one', 'two'].map((text) => userMessage({ taskId, messageId: 'm', parts: [{ text }] }));
    const answers = await Promise.allSettled(messages.map((message) => submit(core.runtime, submission(message))));
    expect(answers[0]).toMatchObject({ value: { turn: 2 } });
    expect(answers[1]).toMatchObject({ reason: refusal(taskId) });
  });

  it.each([
    ['when it made a task', async () => userMessage(content)],
    ['when it began a turn', async () => userMessage({ taskId: (await waitingTask()).id, ...content })],
  ])('is the same message with its members in another order, %s', async (_when, make) => {
    const message = await make();
    const first = await submit(core.runtime, submission(message));
    const { contextId } = await core.task(first.taskId);
    for (const again of [reordered(message), { ...message, contextId }, { ...message, extensions: null }]) {
      const { taskId, turn } = await submit(core.runtime, submission(again));
      expect({ taskId, turn }).toEqual({ taskId: first.taskId, turn: first.turn });
    }
  });

  it('is the same message when it names the task that it made', async () => {
    const message = userMessage(content);
    const { taskId } = await submit(core.runtime, submission(message));
    await core.tasks.apply(statusEvent(await core.task(taskId), { sequence: 1 }, 'TASK_STATE_INPUT_REQUIRED'));
    expect((await submit(core.runtime, submission({ ...message, taskId }))).turn).toBe(1);
    await expect(
      submit(core.runtime, submission({ ...message, taskId, parts: [{ text: 'bye' }] })),
    ).rejects.toMatchObject(refusal(taskId));
  });
});

describe('a message that names a skill', () => {
  const agent = agentNamed('echo', { type: 'object', required: ['city'] });
  const naming = { metadata: { 'https://starling.example/extensions/skills/v1': { skill: 'echo' } } };
  const send = (changes: Record<string, unknown>) => submit(core.runtime, submission(userMessage(changes), { agent }));
  const skills = async () => (await core.requests()).map(({ turn, skill }) => `${turn} ${skill}`);

  it('makes a task of the skill, and so do the messages that answer its questions', async () => {
    const { taskId } = await send({ ...naming, parts: [{ text: 'please' }, { data: { city: 'Seoul' } }] });
    await core.tasks.apply(statusEvent(await core.task(taskId), { sequence: 1 }, 'TASK_STATE_INPUT_REQUIRED', 'when?'));
    await send({ taskId, parts: [{ text: 'today' }] });
    expect(await skills()).toEqual(['1 echo', '2 echo']);
  });

  it('may begin a later turn of a task', async () => {
    const { id: taskId } = await waitingTask();
    await send({ ...naming, taskId, parts: [{ data: { city: 'Seoul' } }] });
    expect(await skills()).toEqual(['1 undefined', '2 echo']);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      'an unknown skill',
      { [SKILL_EXTENSION]: { skill: 'sing' } },
      /^"sing" is not a skill of echo, which has: echo\.$/,
    ],
    ['a text instead of an object', { [SKILL_EXTENSION]: 'echo' }, /must be an object that names a skill, such as/],
    ['no name', { [SKILL_EXTENSION]: {} }, /must be an object that names a skill, such as/],
    ['input that breaks the schema', naming.metadata, /^The params of echo are not valid: .*city/],
  ])('is refused with %s', async (_what, metadata, text) => {
    await expect(send({ metadata })).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
      message: expect.stringMatching(text),
    });
    expect(await core.requests()).toEqual([]);
  });
});

describe('a message that is not valid', () => {
  it.each<[string, unknown, RegExp]>([
    ['missing', undefined, /params.message is missing or not an object/],
    ['an array', [], /params.message is missing or not an object/],
    ['a text', 'hello', /params.message is missing or not an object/],
    ['without an id', { role: 'ROLE_USER', parts: [{ text: 'x' }] }, /The message is not valid: .*messageId/],
    ['without parts', userMessage({ parts: [] }), /The message is not valid/],
    ['of an unknown role', userMessage({ role: 'user' }), /The message is not valid/],
    ['with a number for an id', userMessage({ taskId: 7 }), /message.taskId is not a string/],
    ['with a control character in an id', userMessage({ contextId: 'a\u0000b' }), /message.contextId is not a string/],
    ['with raw that is no Base64', userMessage({ parts: [{ raw: 'a' }] }), /message\/parts\/0\/raw must be Base64/],
    ['with raw of a wrong padding', userMessage({ parts: [{ raw: 'YQ=' }] }), /raw must be Base64/],
    ['with raw of two alphabets', userMessage({ parts: [{ raw: '-_+/' }] }), /raw must be Base64/],
    ['with raw that is a number', userMessage({ parts: [{ raw: 7 }] }), /The message is not valid/],
    ['with two kinds of content in a part', userMessage({ parts: [{ raw: 'YQ', text: 'a' }] }), /not valid/],
    ['with a number for a media type', userMessage({ parts: [{ text: 'a', mediaType: 1 }] }), /not valid/],
    ['with an object for a filename', userMessage({ parts: [{ text: 'a', filename: {} }] }), /not valid/],
    ['with a number for a url', userMessage({ parts: [{ url: 1 }] }), /not valid/],
    ['with a text for metadata', userMessage({ parts: [{ text: 'a', metadata: 'b' }] }), /not valid/],
    ['with a long number for metadata', userMessage({ metadata: new InexactNumber('1e400') }), /metadata must be obj/],
    [
      'with a long number for the metadata of a part',
      userMessage({ parts: [{ text: 'a', metadata: new InexactNumber('1e400') }] }),
      /message\/parts\/0\/metadata must be object/,
    ],
    ['with half a surrogate pair in an id', userMessage({ messageId: '\ud800' }), /message.messageId is not a string/],
  ])('is refused: %s', async (_what, message, text) => {
    const refused = submit(core.runtime, submission(message));
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_PARAMS', message: expect.stringMatching(text) });
    expect((await core.tasks.list({ limit: 10 })).tasks).toEqual([]);
  });
});

describe('visibleTask', () => {
  const app = { clientId: 'app', scopes: [] };
  it.each([
    ['its owner at its agent', { agent: echo, principal: app }, true],
    ['another caller', { agent: echo, principal: stranger }, false],
    ['its owner at another agent', { agent: agentNamed('weather'), principal: app }, false],
  ])('for %s', async (_who, caller, visible) => {
    const { taskId } = await submit(core.runtime, submission(userMessage()));
    const found = visibleTask(core.tasks, taskId, caller);
    if (visible) expect((await found).id).toBe(taskId);
    else await expect(found).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' });
  });

  it('answers alike for a task that does not exist', async () => {
    const { taskId } = await submit(core.runtime, submission(userMessage()));
    const textOf = async (id: string, principal: typeof app) =>
      visibleTask(core.tasks, id, { agent: echo, principal }).catch((error: Error) => error.message.replace(id, 'ID'));
    expect(await textOf(taskId, stranger)).toBe(await textOf('none', app));
  });
});

it('logOf refuses a task without a log', async () => {
  await expect(logOf(core.tasks, 'none' as TaskId)).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' });
});
