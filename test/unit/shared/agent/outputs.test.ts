import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { replyMark } from '#shared/a2a/reply-extension.ts';
import { namingSkill } from '#shared/a2a/skill-extension.ts';
import type { Message, Part } from '#shared/a2a/types.ts';
import { skill } from '#shared/agent/definition.ts';
import {
  artifact,
  authRequired,
  chunk,
  completed,
  inputRequired,
  reply,
  TaskFailed,
  working,
} from '#shared/agent/index.ts';
import { InexactNumber } from '#shared/exact-json.ts';
import { provideRuntime } from '#shared/runtime/current.ts';
import { RecordingRuntime } from '#test/support/agent-runtime.ts';
import { agent, briefly, requested, run } from './turns.ts';

const noFailures = { batchItemFailures: [] };

describe('what a handler gives', () => {
  let runtime: RecordingRuntime;
  beforeEach(() => {
    runtime = new RecordingRuntime();
    provideRuntime(runtime);
  });
  const published = () => runtime.published.map(briefly);
  const batches = () => runtime.batches.map(({ to, events }) => [to, ...events.map(briefly)]);

  it.each([
    ['text', 'hello', '"hello"'],
    ['empty text', '', '""'],
    ['data', { sum: 27 }, '{"sum":27}'],
    ['a list', [1, 2], '[1,2]'],
    ['a number', 0, '0'],
    ['false', false, 'false'],
    ['null', null, 'null'],
    ['data that looks like an output', { output: 'completed', text: 'x' }, '{"output":"completed","text":"x"}'],
  ])('%s becomes an artifact and completes the task', async (_, result, text) => {
    expect(
      await run(
        agent(() => result),
        requested(),
      ),
    ).toEqual(noFailures);
    expect(published()).toEqual([`1 completed [artifact-1-1 ${text}]`]);
    runtime.batches.length = 0;
    await run(
      agent(async () => result),
      requested(),
    );
    expect(published()).toEqual([`1 completed [artifact-1-1 ${text}]`]);
  });

  it.each([
    ['nothing', undefined, ['1 completed']],
    ['a message', completed('all good'), ['1 completed all good']],
    ['progress', working('nearly'), ['1 working nearly', '2 completed']],
    ['a question', inputRequired('which?'), ['1 input_required which?']],
    ['a need for a credential', authRequired('log in'), ['1 auth_required log in']],
    ['an artifact', artifact({ artifactId: 'a', name: 'A', parts: [{ text: 'x' }] }), ['1 completed [a "x"]']],
  ])('%s', async (_, result, expected) => {
    await run(
      agent(async () => result),
      requested(),
    );
    expect(published()).toEqual(expected);
  });

  it.each([
    ['a question', inputRequired('which?'), ['1 input_required which?']],
    ['a need for a credential', authRequired('log in'), ['1 auth_required log in']],
    ['a message', completed('all good'), ['1 completed all good']],
  ])('%s that a generator yields ends the turn, and the generator', async (_, output, expected) => {
    let cleaned = false;
    const generator = async function* () {
      try {
        yield output;
        yield 'more';
      } finally {
        cleaned = true;
      }
    };
    expect(await run(agent(generator), requested())).toEqual(noFailures);
    expect(published()).toEqual(expected);
    expect(cleaned).toBe(true);
  });

  it.each<[string, string | readonly [Part, ...Part[]], readonly Part[]]>([
    ['a text', 'hello', [{ text: 'hello' }]],
    ['parts', [{ text: 'a' }, { data: 1 }], [{ text: 'a' }, { data: 1 }]],
  ])('a reply of %s is the last message of the task, marked', async (_, content, parts) => {
    await run(
      agent(() => reply(content), { replies: true }),
      requested(),
    );
    expect(runtime.published).toMatchObject([
      {
        data: {
          status: { state: 'TASK_STATE_COMPLETED', message: { role: 'ROLE_AGENT', parts, metadata: replyMark } },
          artifacts: [],
        },
      },
    ]);
  });

  it('a reply of an agent that does not say that it replies is a mistake of the agent', async () => {
    await run(
      agent(() => reply('hello')),
      requested(),
    );
    expect(published()).toEqual([]);
    expect(JSON.stringify(runtime.failures)).toContain('needs replies: true');
  });

  it('streams the texts of a generator as chunks of one artifact', async () => {
    await run(
      agent(async function* () {
        yield 'one ';
        yield 'two ';
        yield 'three';
      }),
      requested({ turn: 4 }),
    );
    expect(published()).toEqual([
      '1 working',
      '2 artifact-4-1 = "one " …',
      '3 artifact-4-1 + "two " …',
      '4 artifact-4-1 + "three" …',
      '5 completed [artifact-4-1 "one two three"]',
    ]);
  });

  it('numbers artifacts the same in every attempt', async () => {
    const handler = agent(async function* () {
      yield { first: true };
      yield 'streamed ';
      yield { second: true };
      yield 'text';
      return 'the end';
    });
    const expected = [
      '1 working',
      '2 artifact-1-1 = {"first":true}',
      '3 artifact-1-2 = "streamed " …',
      '4 artifact-1-3 = {"second":true}',
      '5 artifact-1-2 + "text" …',
      '6 completed [artifact-1-1 {"first":true}] [artifact-1-2 "streamed text"] [artifact-1-3 {"second":true}] [artifact-1-4 "the end"]',
    ];
    const request = requested();
    for (const receiveCount of [1, 2]) {
      runtime.batches.length = 0;
      await run(handler, request, { receiveCount });
      expect(published()).toEqual(expected);
      expect(runtime.published.map(({ data }) => data.attempt)).toEqual(expected.map(() => receiveCount));
    }
  });

  it('adds chunks to the artifacts that they name', async () => {
    await run(
      agent(async function* () {
        yield chunk('a', [{ text: 'a1' }]);
        yield chunk('b', [{ data: 1 }, { data: 2 }]);
        yield chunk('a', [{ text: 'a2' }], { lastChunk: true });
        yield artifact({ artifactId: 'a', parts: [{ text: 'anew' }] });
        yield chunk('a', [{ text: 'more' }]);
      }),
      requested(),
    );
    expect(published()).toEqual([
      '1 working',
      '2 a = "a1" …',
      '3 b = 1 2 …',
      '4 a + "a2"',
      '5 a = "anew"',
      '6 a + "more" …',
      '7 completed [a "anewmore"] [b 1 2]',
    ]);
  });

  it('passes over what a generator yields as nothing', async () => {
    await run(
      agent(async function* () {
        yield undefined;
        yield working('half way');
        yield;
      }),
      requested(),
    );
    expect(published()).toEqual(['1 working half way', '2 completed']);
  });

  it('takes what is yielded as it is in that moment', async () => {
    await run(
      agent(async function* () {
        const rows: number[] = [];
        for (const row of [1, 2]) {
          rows.push(row);
          yield rows;
        }
        const parts: [{ text: string }] = [{ text: 'before' }];
        yield artifact({ artifactId: 'a', parts });
        parts[0].text = 'after';
      }),
      requested(),
    );
    expect(published()).toEqual(['1 completed [artifact-1-1 [1]] [artifact-1-2 [1,2]] [a "before"]']);
  });

  describe('is published', () => {
    it('as one event when the handler answers at once', async () => {
      await run(
        agent(() => 'hello'),
        requested(),
      );
      expect(batches()).toEqual([['bus', '1 completed [artifact-1-1 "hello"]']]);
    });

    it('as one batch also by an async function and a generator that do not wait', async () => {
      await run(
        agent(async () => 'hello'),
        requested(),
      );
      const generator = async function* () {
        yield working('on it');
        yield { sum: 27 };
      };
      await run(agent(generator), requested());
      expect(batches()).toEqual([
        ['bus', '1 completed [artifact-1-1 "hello"]'],
        ['bus', '1 working on it', '2 completed [artifact-1-1 {"sum":27}]'],
      ]);
    });

    it('whenever the handler waits', async () => {
      let goOn: () => void = () => {};
      const pause = () =>
        new Promise<void>((resolve) => {
          goOn = resolve;
        });
      const turn = run(
        agent(async function* () {
          yield working('half way');
          await pause();
          yield { sum: 27 };
          await pause();
        }),
        requested(),
      );
      const untilBatches = async (count: number) => {
        while (runtime.batches.length < count) await setImmediate();
      };
      await untilBatches(1);
      goOn();
      await untilBatches(2);
      goOn();
      await turn;
      expect(batches()).toEqual([
        ['bus', '1 working half way'],
        ['bus', '2 artifact-1-1 = {"sum":27}'],
        ['bus', '3 completed [artifact-1-1 {"sum":27}]'],
      ]);
    });

    it('whole on the bus and in chunks on the stream, by the key of the task', async () => {
      const request = requested();
      await run(
        agent(async function* () {
          yield 'streamed';
          yield { whole: true };
        }),
        request,
      );
      expect(runtime.entries.map(({ source, detailType }) => `${source} ${detailType}`)).toEqual([
        'starling.agents.echo TaskStatusChanged.v1',
        'starling.agents.echo TaskStatusChanged.v1',
      ]);
      expect(runtime.records.map(({ partitionKey }) => partitionKey)).toEqual([request.taskId]);
    });

    it('on the stream when it is too large for the bus', async () => {
      await run(
        agent(() => 'x'.repeat(200_001)),
        requested(),
      );
      expect(
        runtime.batches.map(({ to, events }) => `${to} ${events.map(({ data }) => data.sequence)}`).toSorted(),
      ).toEqual(['bus 2', 'stream 1']);
    });

    it('no faster than the disk takes it', async () => {
      let made = 0;
      let release: () => void = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      runtime.disk = () => held;
      const turn = run(
        agent(async function* () {
          for (; made < 1_000; made++) yield working(`${made}`);
        }),
        requested(),
      );
      for (let i = 0; i < 20; i++) await setImmediate();
      expect(made).toBeLessThan(200);
      release();
      await turn;
      expect(published()).toHaveLength(1_001);
      expect(runtime.published.map(({ data }) => data.sequence)).toEqual(
        Array.from({ length: 1_001 }, (_, i) => i + 1),
      );
    });
  });

  describe('at the end of the turn', () => {
    const KB = 'x'.repeat(1_024);
    const tick = () => setImmediate();

    it('is published before it, and told whole at the end, when the handler waits', async () => {
      await run(
        agent(async function* () {
          yield { first: 1 };
          await tick();
          await tick();
          yield { second: 2 };
        }),
        requested(),
      );
      expect(published()).toEqual([
        '1 working',
        '2 artifact-1-1 = {"first":1}',
        '3 completed [artifact-1-1 {"first":1}] [artifact-1-2 {"second":2}]',
      ]);
    });

    it('keeps an event of its own where it replaces another artifact', async () => {
      await run(
        agent(async function* () {
          yield artifact({ artifactId: 'a', parts: [{ text: 'one' }] });
          yield artifact({ artifactId: 'b', parts: [{ text: 'two' }] });
          yield artifact({ artifactId: 'a', parts: [{ text: 'three' }] });
        }),
        requested(),
      );
      expect(published()).toEqual(['1 a = "one"', '2 b = "two"', '3 a = "three"', '4 completed [a "three"] [b "two"]']);
    });

    it('keeps its place in the order before progress', async () => {
      await run(
        agent(async function* () {
          yield { first: 1 };
          yield working('half way');
          yield { second: 2 };
        }),
        requested(),
      );
      expect(published()).toEqual([
        '1 artifact-1-1 = {"first":1}',
        '2 working half way',
        '3 completed [artifact-1-1 {"first":1}] [artifact-1-2 {"second":2}]',
      ]);
    });

    it('is left out when it has more than 48 KB together, and published before', async () => {
      const of = (sizes: number[]) =>
        agent(async function* () {
          for (const size of sizes) yield { text: KB.repeat(size) };
        });
      await run(of([23, 24]), requested());
      expect(runtime.published).toMatchObject([{ data: { artifacts: [{}, {}] } }]);
      runtime.batches.length = 0;
      await run(of([24, 24]), requested());
      const [first, second, last] = runtime.published;
      expect(first?.type).toBe('TaskArtifact.v1');
      expect(second?.type).toBe('TaskArtifact.v1');
      expect(last?.data).toMatchObject({ artifactsOmitted: true });
      expect(last?.data).not.toHaveProperty('artifacts');
    });

    it('counts a streamed text as the text, and not as its many chunks', async () => {
      await run(
        agent(async function* () {
          for (let word = 0; word < 4_000; word++) yield 'word ';
        }),
        requested(),
      );
      expect(runtime.published.at(-1)?.data).toMatchObject({
        artifacts: [{ artifactId: 'artifact-1-1', parts: [{ text: 'word '.repeat(4_000) }] }],
      });
    });

    it('goes with a failure that the handler tells', async () => {
      await run(
        agent(async function* () {
          yield { half: true };
          throw new TaskFailed('no more');
        }),
        requested(),
      );
      expect(published()).toEqual(['1 failed no more [artifact-1-1 {"half":true}]']);
    });

    it('has the sum of what its models cost', async () => {
      await run(
        agent((task) => {
          task.reportUsage({ inputTokens: 3, model: 'small' });
          task.reportUsage({ inputTokens: 4, outputTokens: 1, cost: 0.25, model: 'large' });
          expect(() => task.reportUsage({ inputTokens: 0.5 })).toThrow('usage/inputTokens');
          expect(() => task.reportUsage({ cost: Number.NaN })).toThrow('usage/cost');
          return 'done';
        }),
        requested(),
      );
      expect(runtime.published.at(-1)?.data).toMatchObject({
        usage: { inputTokens: 7, outputTokens: 1, cost: 0.25, model: 'large' },
      });
    });

    it('says WORKING first when the turn lasts', async () => {
      runtime.settings = { ...runtime.settings, workingAfterMs: 1 };
      await run(
        agent(async () => {
          while (runtime.batches.length === 0) await tick();
          return 'late';
        }),
        requested(),
      );
      expect(published()).toEqual(['1 working', '2 completed [artifact-1-1 "late"]']);
    });
  });

  it('bears the place, the cause and the trace of its request', async () => {
    const request = requested({ turn: 3, attemptBase: 5 });
    await run(
      agent(() => 'hello'),
      request,
      { receiveCount: 2 },
    );
    const { taskId, contextId } = request;
    const events = runtime.published;
    for (const { data } of events)
      expect(data).toMatchObject({ taskId, contextId, agentId: 'echo', turn: 3, attempt: 7 });
    const [first] = events;
    expect(new Set(events.map(({ source, subject }) => `${source} ${subject}`))).toEqual(
      new Set([`starling.agents.echo ${taskId}`]),
    );
    expect(first).toMatchObject({
      correlationid: 'root',
      causationid: expect.any(String),
      traceparent: expect.stringMatching(/^00-/),
    });
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });

  describe('a value that JSON cannot carry', () => {
    const half = '\ud83d';
    it.each<[string, unknown, RegExp]>([
      ['NaN', { a: [{ b: Number.NaN }] }, /NaN in "b"/],
      ['an infinite number', [1, -1 / 0], /-Infinity in "1"/],
      ['half of a surrogate pair', `x${half}`, /half of a surrogate pair in "text"/],
      ['half of a surrogate pair in a name', { [half]: 1 }, /half of a surrogate pair/],
      ['half of a surrogate pair in a question', inputRequired(half), /half of a surrogate pair in "text"/],
      ['half of a surrogate pair on the way', working(half), /half of a surrogate pair in "text"/],
      ['raw that is no Base64', artifact({ parts: [{ raw: 'a' }] }), /raw must be Base64/],
      ['raw in Base64 with white space', artifact({ parts: [{ raw: 'aGk=\n' }] }), /raw/],
      ['a number for a media type', artifact({ parts: [{ text: '', mediaType: 7 as never }] }), /parts\/0/],
    ])('fails the attempt: %s', async (_what, output, problem) => {
      const errors: unknown[] = [];
      runtime.lines.length = 0;
      const { batchItemFailures } = await run(
        agent(() => output),
        requested(),
      );
      expect(batchItemFailures).toHaveLength(1);
      errors.push(...runtime.lines.map(({ fields }) => fields?.error));
      expect(String(errors[0])).toMatch(problem);
      expect(published().filter((event) => event.includes('completed') || event.includes('artifact'))).toEqual([]);
    });

    it.each<[unknown, string]>([
      [{ a: null, b: [null] }, '{"a":null,"b":[null]}'],
      [{ text: '\\ud83d \ud83d\ude00' }, '{"text":"\\\\ud83d \ud83d\ude00"}'],
      [new InexactNumber('12345678901234567890'), '12345678901234567890'],
    ])('is none of %j', async (output, json) => {
      expect(
        await run(
          agent(() => output),
          requested(),
        ),
      ).toEqual(noFailures);
      expect(JSON.stringify(runtime.published[0]?.data)).toContain(`"parts":[{"data":${json}}]`);
    });
  });

  it('rejects a task for a number that the agent cannot compute with', async () => {
    const message = {
      messageId: 'm',
      role: 'ROLE_USER' as const,
      parts: [{ data: new InexactNumber('9007199254740993') }],
    };
    await run(
      agent((task) => (task.input as number) + 1),
      requested({ message }),
    );
    expect(published().at(-1)).toMatch(/rejected The number 9007199254740993 has more digits than/);
  });

  describe('the output schema of a skill', () => {
    const output = { type: 'object', properties: { sum: { exclusiveMinimum: 0 } }, required: ['sum'] };
    const made = (result: () => unknown, schema: object = output) =>
      agent(result, {
        skills: [
          { id: 'add', name: 'Add', description: 'Adds.', tags: [], output: schema as never },
          { id: 'free', name: 'Free', description: 'Has no schema.', tags: [] },
        ],
      });
    const data = (sum: number) => artifact({ parts: [{ text: 'x' }, { data: { sum } }] });

    it.each<[string, () => unknown, string]>([
      ['data', () => ({ sum: 0 }), 'sum must be greater than 0'],
      ['an artifact', () => data(0), 'sum must be greater than 0'],
      ['text', () => 'zero', 'the result must be an object'],
      ['nothing', () => undefined, 'the result must be an object'],
      ['a text at the end', () => completed('done'), 'the result must be an object'],
    ])('fails the task for %s that breaks it, and publishes no wrong data', async (_what, result, problem) => {
      await run(made(result), requested({ skill: 'add' }));
      expect(published().at(-1)).toMatch(
        new RegExp(
          `failed The result of the skill add does not fit its schema: ${problem}\\.( \\[artifact-1-1 "zero"\\])?$`,
        ),
      );
      expect(published().filter((event) => event.includes('sum') && event.includes('artifact'))).toEqual([]);
    });

    it('fails the task of a generator, and lets it clean up', async () => {
      let cleaned = false;
      const handler = made(async function* () {
        try {
          yield working('on it');
          yield { sum: 0 };
        } finally {
          cleaned = true;
        }
      });
      await run(handler, requested({ skill: 'add' }));
      expect(published().at(-1)).toContain('failed The result of the skill add');
      expect(cleaned).toBe(true);
    });

    it.each<[string, () => unknown, object]>([
      ['data', () => ({ sum: 1 }), output],
      ['an artifact', () => data(1), output],
      [
        'other data after the result',
        async function* () {
          yield { sum: 1 };
          yield { more: 1 };
        },
        output,
      ],
      ['a question', () => inputRequired('which?'), output],
      [
        'chunks of a text',
        async function* () {
          yield 'a';
          yield 'b';
        },
        { const: 'ab' },
      ],
      [
        'two texts',
        async function* () {
          yield artifact({ parts: [{ text: 'a' }] });
          yield artifact({ parts: [{ text: 'b' }] });
        },
        { const: 'a\nb' },
      ],
      ['a text at the end', () => completed('done'), { const: 'done' }],
    ])('takes %s that fits', async (_what, result, schema) => {
      expect(await run(made(result, schema), requested({ skill: 'add' }))).toEqual(noFailures);
      expect(published().join()).not.toContain('failed');
    });

    it.each([undefined, 'free'])('says nothing about a call of the skill %s', async (named) => {
      await run(
        made(() => ({ sum: 0 })),
        requested(named === undefined ? {} : { skill: named }),
      );
      expect(published().at(-1)).toContain('completed');
    });
  });

  describe('a skill’s handler in a later turn', () => {
    const seen: unknown[] = [];
    const handler = agent(() => 'the agent’s own', {
      skills: [
        skill<{ days: number }>({
          id: 'plan',
          name: 'Plan',
          description: 'Plans.',
          tags: [],
          handler: (input, task) => void seen.push([input, task.input, task.text, task.history.length]),
        }),
      ],
    });
    const message = (part: Part, naming = {}): Message => ({
      messageId: 'm',
      role: 'ROLE_USER',
      parts: [part],
      ...naming,
    });
    const first = message({ data: { days: 2 } }, namingSkill('plan'));
    const question: Message = { ...message({ data: { days: 9 } }, namingSkill('other')), role: 'ROLE_AGENT' };

    it.each<[string, Message, unknown]>([
      ['an answer in words', message({ text: 'Seoul' }), [{ days: 2 }, undefined, 'Seoul', 2]],
      ['an answer in data', message({ data: { city: 1 } }), [{ days: 2 }, { city: 1 }, '', 2]],
      ['other params', message({ data: { days: 3 } }, namingSkill('plan')), [{ days: 3 }, { days: 3 }, '', 2]],
      ['no params', message({ text: 'x' }, namingSkill('plan')), [{}, undefined, 'x', 2]],
    ])('gets %s', async (_what, answer, expected) => {
      seen.length = 0;
      await run(handler, requested({ turn: 2, skill: 'plan', history: [first, question], message: answer }));
      expect(seen).toEqual([expected]);
    });
  });

  describe('a skill’s handler', () => {
    const handler = agent((task) => `general: ${task.text}`, {
      skills: [
        skill<{ a: number; b: number }>({
          id: 'add',
          name: 'Add',
          description: 'Adds.',
          tags: [],
          handler: ({ a, b }, task) => ({ sum: a + b, skill: task.skill }),
        }),
        { id: 'plain', name: 'Plain', description: 'Has no handler.', tags: [] },
      ],
    });
    const message = { messageId: 'm', role: 'ROLE_USER' as const, parts: [{ text: 'hi' }, { data: { a: 1, b: 2 } }] };

    it.each([
      ['add', '{"sum":3,"skill":"add"}'],
      ['plain', '"general: hi"'],
      ['unknown', '"general: hi"'],
      [undefined, '"general: hi"'],
    ])('answers to its name: %s', async (named, expected) => {
      await run(handler, requested({ message, ...(named !== undefined && { skill: named }) }));
      expect(published()).toEqual([`1 completed [artifact-1-1 ${expected}]`]);
    });
  });
});
