import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from './command.ts';
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
      expect(stderr).toBe(`${state.toLowerCase()}: division by zero (task ${TASK_ID})\n`);
      if (json) expect(JSON.parse(stdout)).toEqual(task(state, { said: 'division by zero' }));
      else expect(stdout).toBe('');
    }
  });

  it('prints the question of a task and how to answer it', async () => {
    answerTask('INPUT_REQUIRED', { said: 'Which Paris?' });
    const { code, stdout, stderr } = await runCommand(mesh, ['call', 'weather', 'Paris']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Which Paris?\n' });
    expect(stderr).toContain(`npx starling call weather --task ${TASK_ID} "..."`);
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
    expect(stderr).toContain(`npx starling tasks get ${TASK_ID}`);
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
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('call calculator -- "-2 + 3"') });

    expect(await runCommand(mesh, ['call', 'calculator', '--', '-2^2'])).toMatchObject({ code: 0, stdout: '-4\n' });
    expect(mesh.calls[0]?.params.message.parts).toEqual([{ text: '-2^2' }]);
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
