import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { printed, runCommand, start } from './command.ts';
import { FakeMesh } from './fake-mesh.ts';
import { AT, agentMessage, artifactUpdate, CONTEXT_ID, statusUpdate, TASK_ID, task } from './tasks.ts';

let mesh: FakeMesh;
beforeEach(async () => {
  mesh = await new FakeMesh().start();
});
afterEach(() => mesh.remove());

const answerTask = (...made: Parameters<typeof task>) => {
  mesh.onCall = (_call, answer) => answer.result({ task: task(...made) });
};

describe('starling call', () => {
  it('sends the text as a message of A2A 1.0 and prints the artifact', async () => {
    answerTask('COMPLETED', { parts: [{ text: '4' }] });

    const { code, stdout, stderr } = await runCommand(mesh, ['call', 'calculator', '2', '+', '2']);

    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '4\n', stderr: '' });
    const [{ agent, method, params, headers } = expect.fail('no call')] = mesh.calls;
    expect({ agent, method }).toEqual({ agent: 'calculator', method: 'SendMessage' });
    expect(headers).toMatchObject({ 'a2a-version': '1.0', authorization: 'Bearer token-1' });
    expect(params).toEqual({
      message: { messageId: expect.stringMatching(/^[0-9a-f-]{36}$/), role: 'ROLE_USER', parts: [{ text: '2 + 2' }] },
      configuration: { returnImmediately: false },
    });
  });

  it.each([
    {
      what: 'data as JSON',
      parts: [{ data: { city: 'Seoul', celsius: 7 } }],
      printed: '{\n  "city": "Seoul",\n  "celsius": 7\n}\n',
    },
    {
      what: 'texts of chunks in one piece',
      parts: [{ text: 'chunk-1 ' }, { text: 'chunk-2' }],
      printed: 'chunk-1 chunk-2\n',
    },
    { what: 'text and data apart', parts: [{ text: 'a' }, { data: 1 }, { text: 'b' }], printed: 'a\n1\nb\n' },
    {
      what: 'the place of a file',
      parts: [{ url: 'https://example.com/output.txt' }],
      printed: 'https://example.com/output.txt\n',
    },
    {
      what: 'the size of a file',
      parts: [{ raw: 'aGVsbG8=', filename: 'output.txt', mediaType: 'text/plain' }],
      printed: '(output.txt, text/plain, 5 bytes: see --json)\n',
    },
  ])('prints $what', async ({ parts, printed }) => {
    answerTask('COMPLETED', { parts });
    expect(await runCommand(mesh, ['call', 'echo', 'x'])).toMatchObject({ code: 0, stdout: printed });
  });

  it('prints what the agent said where it made no artifact, and a bare message', async () => {
    answerTask('COMPLETED', { said: 'Done.' });
    expect(await runCommand(mesh, ['call', 'echo', 'x'])).toMatchObject({ code: 0, stdout: 'Done.\n' });

    mesh.onCall = (_call, answer) => answer.result({ message: agentMessage('Hi.') });
    expect(await runCommand(mesh, ['call', 'echo', 'x'])).toMatchObject({ code: 0, stdout: 'Hi.\n' });
  });

  it.each(['FAILED', 'REJECTED', 'CANCELED'])('exits with 1 and the reason on stderr for %s', async (state) => {
    answerTask(state, { said: 'division by zero' });
    for (const json of [false, true]) {
      const { code, stdout, stderr } = await runCommand(mesh, [
        'call',
        'calculator',
        '1/0',
        ...(json ? ['--json'] : []),
      ]);
      expect(code).toBe(1);
      const message = `${state.toLowerCase()}: division by zero (task ${TASK_ID})`;
      if (json) {
        expect(JSON.parse(stdout)).toEqual(task(state, { said: 'division by zero' }));
        expect(JSON.parse(stderr)).toEqual({ error: { code: `TASK_${state}`, message, taskId: TASK_ID } });
      } else expect({ stdout, stderr }).toEqual({ stdout: '', stderr: `${message}\n` });
    }
  });

  it('prints the question of a task and how to answer it', async () => {
    answerTask('INPUT_REQUIRED', { said: 'Which Paris?' });
    const { code, stdout, stderr } = await runCommand(mesh, ['call', 'weather', 'Paris']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Which Paris?\n' });
    expect(stderr).toContain(printed(mesh, `call weather --task ${TASK_ID} '...'\n`));
  });

  it('answers a task, and begins one in a context', async () => {
    answerTask('COMPLETED');
    await runCommand(mesh, ['call', 'weather', 'Texas', '--task', TASK_ID]);
    await runCommand(mesh, ['call', 'weather', 'Texas', '--context', CONTEXT_ID]);
    expect(mesh.calls.map(({ params }) => params.message)).toMatchObject([
      { taskId: TASK_ID },
      { contextId: CONTEXT_ID },
    ]);
  });

  it('prints the whole task as JSON', async () => {
    answerTask('COMPLETED', { parts: [{ text: '4' }] });
    const { stdout } = await runCommand(mesh, ['call', 'calculator', '2+2', '--json']);
    expect(JSON.parse(stdout)).toEqual(task('COMPLETED', { parts: [{ text: '4' }] }));
  });

  it('prints the id of the task with --no-wait', async () => {
    answerTask('SUBMITTED');
    const { code, stdout, stderr } = await runCommand(mesh, ['call', 'echo', 'x', '--no-wait']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${TASK_ID}\n` });
    expect(stderr).toContain(printed(mesh, `tasks get ${TASK_ID}\n`));
    expect(mesh.calls[0]?.params.configuration).toEqual({ returnImmediately: true });
  });

  it('waits on when the wait of the mesh has ended before the task', async () => {
    mesh.onCall = ({ method }, answer) => {
      if (method === 'SendMessage') answer.result({ task: task('WORKING') });
      else if (method === 'SubscribeToTask') {
        answer
          .sse()
          .update(2, { task: task('WORKING') })
          .update(3, statusUpdate('COMPLETED'))
          .end();
      } else answer.result(task('COMPLETED', { parts: [{ text: 'at last' }] }));
    };
    expect(await runCommand(mesh, ['call', 'slow', 'x'])).toMatchObject({ code: 0, stdout: 'at last\n', stderr: '' });
    expect(mesh.calls.map(({ method }) => method)).toEqual(['SendMessage', 'SubscribeToTask', 'GetTask']);
  });

  it('gets the task that ended just before it could be subscribed to', async () => {
    mesh.onCall = ({ method }, answer) => {
      if (method === 'SendMessage') answer.result({ task: task('WORKING') });
      else if (method === 'SubscribeToTask') answer.error(-32004, 'UNSUPPORTED_OPERATION', 'it has ended');
      else answer.result(task('COMPLETED', { parts: [{ text: 'at last' }] }));
    };
    expect(await runCommand(mesh, ['call', 'slow', 'x'])).toMatchObject({ code: 0, stdout: 'at last\n' });
  });

  it('reports an error of the mesh with its code, and no stack', async () => {
    mesh.onCall = (_call, answer) => answer.error(-32050, 'AGENT_NOT_FOUND', 'There is no agent "nobody" here.');
    const { code, stdout, stderr } = await runCommand(mesh, ['call', 'nobody', 'x']);
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: 'AGENT_NOT_FOUND: There is no agent "nobody" here.\n',
    });
  });

  it.each([
    [['call', 'echo']],
    [['call']],
    [['call', 'echo', 'x', '--params', '{}']],
    [['call', 'echo', 'x', '--skill', 'echo']],
    [['call', 'echo', '--skill', 'echo', '--params', '{location']],
    [['call', 'echo', '--skill', 'echo', '--stream', '--no-wait']],
    [['call', 'echo', 'x', '--stream', '--no-wait']],
    [['call', 'echo', 'x', '--jsno']],
  ])('refuses %j as typed wrongly', async (words) => {
    const { code, stdout, stderr } = await runCommand(mesh, words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toBe('');
    expect(mesh.requests).toEqual([]);
  });

  it('tells how to send text that begins with a hyphen, and sends it', async () => {
    answerTask('COMPLETED', { parts: [{ text: '-4' }] });
    const refused = await runCommand(mesh, ['call', 'calculator', '-2^2']);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("call calculator -- '-2 + 3'") });

    expect(await runCommand(mesh, ['call', 'calculator', '--', '-2^2'])).toMatchObject({ code: 0, stdout: '-4\n' });
    expect(mesh.calls[0]?.params.message.parts).toEqual([{ text: '-2^2' }]);
  });
});

describe('the message of starling call', () => {
  const parts = () => mesh.calls.at(-1)?.params.message.parts;
  const file = (name: string, content: string | Uint8Array) => {
    const written = path.join(mesh.folder, name);
    writeFileSync(written, content);
    return written;
  };
  beforeEach(() => answerTask('COMPLETED', { parts: [{ text: 'ok' }] }));

  it('takes text from standard input, without the line end at its end', async () => {
    expect(await runCommand(mesh, ['call', 'echo', '-'], { input: 'two\nlines\n' })).toMatchObject({ code: 0 });
    expect(parts()).toEqual([{ text: 'two\nlines' }]);
    await runCommand(mesh, ['call', 'calculator', '2', '-', '1']);
    expect(parts()).toEqual([{ text: '2 - 1' }]);
  });

  it('says how to end the text where standard input is a terminal', async () => {
    const { stderr } = await runCommand(mesh, ['call', 'echo', '-'], {
      isTTY: true,
      input: undefined,
      typed: 'hello\n',
    });
    expect(stderr).toContain('Ctrl-D');
    expect(parts()).toEqual([{ text: 'hello' }]);
  });

  it('has text, data and files, in this order', async () => {
    const table = file('table.csv', 'a,b');
    const bytes = file('blob', Buffer.of(0, 255));
    const json = file('order.json', '[12345678901234567890]');
    const words = [
      'call',
      'echo',
      'look',
      '--file',
      table,
      '--data',
      '{"order": 7}',
      '--data',
      `@${json}`,
      '--file',
      bytes,
    ];
    expect(await runCommand(mesh, words)).toMatchObject({ code: 0 });
    expect(parts()).toEqual([
      { text: 'look' },
      { data: { order: 7 } },
      // JSON.parse of the fake mesh. The digits on the wire are below.
      { data: [12345678901234567000] },
      { raw: 'YSxi', mediaType: 'text/csv', filename: 'table.csv' },
      { raw: 'AP8=', mediaType: 'application/octet-stream', filename: 'blob' },
    ]);
    expect(mesh.requests.at(-1)?.body).toContain('[12345678901234567890]');
  });

  it('reads params, data and a file from standard input', async () => {
    await runCommand(mesh, ['call', 'weather', '--skill', 's', '--params', '@-'], { input: '{"a":1}' });
    expect(parts()).toEqual([{ data: { a: 1 } }]);
    await runCommand(mesh, ['call', 'echo', '--data', '@-'], { input: '"text"' });
    expect(parts()).toEqual([{ data: 'text' }]);
    await runCommand(mesh, ['call', 'echo', '--file', '-'], { input: 'x' });
    expect(parts()).toEqual([{ raw: 'eA==', mediaType: 'application/octet-stream' }]);
  });

  it('reads --data as the data folder where it is no JSON, also beside JSON', async () => {
    const env = { STARLING_DATA: '/nowhere' };
    const words = ['call', 'echo', '--data', '[1]', '--data', mesh.folder];
    expect(await runCommand(mesh, words, { env })).toMatchObject({ code: 0, stdout: 'ok\n' });
    expect(parts()).toEqual([{ data: [1] }]);
    expect(await runCommand(mesh, ['agents', '--data', '{"a": 1}'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Only the command call takes JSON with --data'),
    });
  });

  it.each([
    {
      why: 'a file that is not there',
      words: ['--file', 'nowhere.png'],
      code: 1,
      said: 'nowhere.png cannot be read (ENOENT',
    },
    { why: 'a folder', words: ['--file', '/tmp'], code: 1, said: '/tmp cannot be read (EISDIR: it is a folder)' },
    {
      why: 'params that are not there',
      words: ['--skill', 's', '--params', '@nowhere'],
      code: 1,
      said: 'nowhere cannot',
    },
    {
      why: 'params that are no JSON',
      words: ['--skill', 's', '--params', '@-'],
      input: '{',
      code: 2,
      said: 'is not JSON',
    },
    { why: 'an empty standard input', words: ['-'], input: '', code: 2, said: 'Standard input is empty' },
    {
      why: 'bytes as text',
      words: ['-'],
      input: Buffer.of(0xff, 0xfe),
      code: 1,
      said: 'Standard input is not text in UTF-8.',
    },
    { why: 'two readers of standard input', words: ['-', '--file', '-'], code: 2, said: 'only once' },
    {
      why: 'a file for a skill',
      words: ['--skill', 's', '--file', 'x'],
      code: 2,
      said: '--skill cannot be used with --file.',
    },
    { why: 'data for a skill', words: ['--skill', 's', '--data', '{}'], code: 2, said: 'with JSON in --data.' },
  ])('refuses $why, and sends nothing', async ({ words, input, code, said }) => {
    const ended = await runCommand(mesh, ['call', 'echo', ...words], { input });
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(said) });
    expect(mesh.requests).toEqual([]);
  });

  it('refuses an endless file before it fills the memory', async () => {
    const { code, stderr } = await runCommand(mesh, ['call', 'echo', '--file', '/dev/zero']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '/dev/zero has more than 67108864 bytes. Send less.\n' });
  });
});

describe('starling call while the mesh restarts', () => {
  it.each([
    { words: ['call', 'echo', 'x'], method: 'SendMessage' },
    { words: ['call', 'echo', 'x', '--no-wait'], method: 'SendMessage' },
    { words: ['call', 'echo', '--skill', 'echo'], method: 'SendMessage' },
    { words: ['call', 'echo', 'x', '--stream'], method: 'SendStreamingMessage' },
  ])('$words sends the same message again, and prints the result', async ({ words, method }) => {
    mesh.onCall = (_call, answer) => answer.cut();
    const command = start(mesh, words);
    await command.seen('Waiting up to a minute until it is back');
    await mesh.stop();
    mesh.onCall = (_call, answer) => {
      const done = task('COMPLETED', { parts: [{ text: 'done' }] });
      if (method === 'SendMessage') answer.result({ task: done });
      else answer.sse().update(3, { task: done }).end();
    };
    await mesh.start();
    expect(await command.ended).toMatchObject({ code: 0, stdout: 'done\n' });
    const sent = mesh.calls.map((call) => ({ method: call.method, id: call.params.message.messageId }));
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
    expect(sent.length).toBeGreaterThan(1);
    expect(sent.every((call) => call.method === method)).toBe(true);
  });

  it('waits for a mesh that is starting, and reports any other error of it at once', async () => {
    const error = { error: { code: 'NOT_READY', message: 'The mesh is starting or stopping.' } };
    mesh.onCall = (_call, answer) => {
      answerTask('COMPLETED', { parts: [{ text: 'done' }] });
      answer.json(error, 503);
    };
    expect(await runCommand(mesh, ['call', 'echo', 'x'])).toMatchObject({ code: 0, stdout: 'done\n' });
    mesh.onCall = (_call, answer) => answer.json({ error: { code: 'STORE_UNAVAILABLE', message: 'Full.' } }, 503);
    expect(await runCommand(mesh, ['call', 'echo', 'x'])).toMatchObject({
      code: 1,
      stderr: 'STORE_UNAVAILABLE: Full.\n',
    });
  });

  it('gives up after a minute, and says what may have become of the message', async () => {
    let now = 0;
    const sleep = async (milliseconds: number) => {
      now += milliseconds;
    };
    mesh.onCall = (_call, answer) => answer.cut();
    const { code, stderr } = await runCommand(mesh, ['call', 'echo', 'x'], { clock: { now: () => now }, sleep });
    expect(code).toBe(1);
    expect(stderr).toContain('If it received the message, the task continues');
    expect(stderr).toContain(printed(mesh, 'tasks list\n'));
    expect(now).toBe(60_500);
  });
});

describe('Ctrl-C in starling call', () => {
  it.each([{ stream: false }, { stream: true }])(
    'names the task that goes on (stream: $stream)',
    async ({ stream }) => {
      mesh.onCall = ({ method, params }, answer) => {
        if (method === 'SendStreamingMessage') answer.sse();
        else if (params.configuration.returnImmediately) answer.result({ task: task('WORKING') });
      };
      const command = start(mesh, ['call', 'echo', 'x', ...(stream ? ['--stream'] : [])]);
      await mesh.until(() => mesh.calls.length === 1);
      const { code, stdout, stderr } = await command.interrupt();
      expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
      expect(stderr).toBe(
        `Task ${TASK_ID} goes on. Watch it with: ${printed(mesh, `tasks watch ${TASK_ID}`)}\n` +
          `Cancel it with: ${printed(mesh, `tasks cancel ${TASK_ID}`)}\n`,
      );
      const [first, second] = mesh.calls.map(({ params }) => params.message);
      expect(second).toEqual(first);
    },
  );

  it('says so when the mesh cannot tell the task, also as JSON', async () => {
    mesh.onCall = () => {};
    const command = start(mesh, ['call', 'echo', 'x', '--json']);
    await mesh.until(() => mesh.calls.length === 1);
    await mesh.stop();
    const { code, stderr } = await command.interrupt();
    expect(code).toBe(130);
    const { error } = JSON.parse(stderr.trim().split('\n').at(-1) ?? '');
    expect(error).toEqual({ code: 'INTERRUPTED', message: expect.stringContaining('does not answer now') });
    expect(error.message).toContain(printed(mesh, 'tasks list --agent echo'));
  });
});

describe('starling call --skill', () => {
  const words = ['call', 'weather', '--skill', 'get_weather', '--params', '{"location": "Seoul"}'];
  const named = {
    parts: [{ data: { location: 'Seoul' } }],
    extensions: ['https://starling.example/extensions/skills/v1'],
    metadata: { 'https://starling.example/extensions/skills/v1': { skill: 'get_weather' } },
  };

  it.each([
    { part: { data: { celsius: 7, at: AT } }, printed: `{\n  "celsius": 7,\n  "at": "${AT}"\n}\n` },
    { part: { text: 'cloudy' }, printed: 'cloudy\n' },
  ])('sends a message that names the skill, and prints the result $part', async ({ part, printed }) => {
    answerTask('COMPLETED', { parts: [part] });
    expect(await runCommand(mesh, words)).toMatchObject({ code: 0, stdout: printed, stderr: '' });
    expect(mesh.calls).toMatchObject([{ agent: 'weather', method: 'SendMessage', params: { message: named } }]);
  });

  it('sends {} without --params', async () => {
    answerTask('COMPLETED');
    await runCommand(mesh, ['call', 'weather', '--skill', 'list']);
    expect(mesh.calls[0]?.params.message).toMatchObject({ parts: [{ data: {} }] });
  });

  it('does not wait with --no-wait, and answers a task with --task', async () => {
    answerTask('SUBMITTED');
    expect(await runCommand(mesh, [...words, '--no-wait'])).toMatchObject({ code: 0, stdout: `${TASK_ID}\n` });
    answerTask('COMPLETED');
    await runCommand(mesh, [...words, '--task', TASK_ID, '--context', CONTEXT_ID]);
    expect(mesh.calls.map(({ params }) => params)).toMatchObject([
      { message: named, configuration: { returnImmediately: true } },
      { message: { ...named, taskId: TASK_ID, contextId: CONTEXT_ID } },
    ]);
  });

  it('streams with --stream', async () => {
    mesh.onCall = (_call, answer) =>
      answer
        .sse()
        .update(1, { task: task('SUBMITTED') })
        .update(2, artifactUpdate('cloudy', false, true))
        .update(3, statusUpdate('COMPLETED'))
        .end();
    expect(await runCommand(mesh, [...words, '--stream'])).toMatchObject({ code: 0, stdout: 'cloudy\n' });
    expect(mesh.calls).toMatchObject([{ method: 'SendStreamingMessage', params: { message: named } }]);
  });

  it('reports params that the skill does not take', async () => {
    mesh.onCall = (_call, answer) => answer.error(-32602, 'INVALID_PARAMS', 'location is missing');
    expect(await runCommand(mesh, words)).toMatchObject({ code: 1, stderr: 'INVALID_PARAMS: location is missing\n' });
  });
});
