import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { printed, runCommand, start } from './command.ts';
import { FakeMesh } from './fake-mesh.ts';
import { AT, artifactUpdate, CONTEXT_ID, statusUpdate, TASK_ID, task } from './tasks.ts';

let mesh: FakeMesh;
beforeEach(async () => {
  mesh = await new FakeMesh().start();
});
afterEach(() => mesh.remove());

const record = {
  id: TASK_ID,
  contextId: CONTEXT_ID,
  agentId: 'echo',
  owner: 'starling-cli',
  state: 'TASK_STATE_COMPLETED',
  turn: 1,
  attempt: 2,
  createdAt: '2026-11-21T09:09:59.000Z',
  statusAt: AT,
  deadline: '2026-11-21T09:14:59.000Z',
};

describe('starling token', () => {
  it('prints an access token and nothing else', async () => {
    const { code, stdout, stderr } = await runCommand(mesh, ['token']);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'token-1\n', stderr: '' });
    const [{ method, headers, body } = expect.fail('no request')] = mesh.requests;
    expect({ method, body }).toEqual({ method: 'POST', body: 'grant_type=client_credentials' });
    expect(headers.authorization).toBe(`Basic ${Buffer.from('starling-cli:the-secret').toString('base64')}`);
  });

  it('asks for the scopes by their full names, as every issuer takes them', async () => {
    await runCommand(mesh, ['token', '--scope', 'calculator:invoke echo:invoke']);
    expect(new URLSearchParams(mesh.requests[0]?.body).get('scope')).toBe(
      'starling/calculator:invoke starling/echo:invoke',
    );
  });

  it("prints the issuer's whole answer with --json", async () => {
    const { code, stdout } = await runCommand(mesh, ['token', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ access_token: 'token-1', token_type: 'Bearer', expires_in: 3600 });
  });

  it('reports a scope that the client may not have', async () => {
    mesh.onToken = (_request, answer) => answer.json({ error: 'invalid_scope', error_description: 'not for you' }, 400);
    expect(await runCommand(mesh, ['token'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'invalid_scope: not for you\n',
    });
  });
});

describe('the address of the mesh', () => {
  const urlFor = async (url: string, words: readonly string[] = []) => {
    const { folder } = await temporary();
    writeFileSync(path.join(folder, 'starling.db'), '');
    const { stdout } = await runCommand({ url, folder }, ['env', '--json', ...words]);
    return JSON.parse(stdout).STARLING_URL;
  };

  it('is used in its normal form, from the variable and from the option', async () => {
    for (const spoilt of [
      ' http://Mesh.Example:80/base// ',
      'http://mesh.example/base\r\n',
      'http:\\\\mesh.example/base',
    ]) {
      expect(await urlFor(spoilt)).toBe('http://mesh.example/base');
      expect(await urlFor('http://other.example', ['--url', spoilt])).toBe('http://mesh.example/base');
    }
  });

  it.each(['mesh.example', 'ftp://mesh.example', 'http://me:secret@mesh.example', 'http://mesh.example/a b'])(
    'is refused: %s',
    async (url) => {
      const { code, stderr } = await runCommand({ url, folder: (await temporary()).folder }, ['env']);
      expect(code).toBe(2);
      expect(stderr).toContain(`"${url}" is not the address of a mesh.`);
    },
  );

  it('does not hide that the stage has no name that AWS takes', async () => {
    const { code, stderr } = await runCommand(await temporary(), ['--stage', 'Prod!', 'agents']);
    expect(code).toBe(2);
    expect(stderr).toContain('--stage is "Prod!", but a stage has up to 20 lower-case letters');
  });
});

describe('starling agents', () => {
  const agents = [
    {
      id: 'echo',
      name: 'Echo',
      version: '1.0.0',
      description: 'Returns what\nit is sent.',
      public: true,
      deadline: 300,
      skills: [
        { id: 'echo', name: 'Echo', description: '' },
        { id: 'shout', name: 'Shout', description: '' },
      ],
      updatedAt: AT,
    },
  ];

  it('lists the agents, each on a line', async () => {
    mesh.onAdmin = (_request, answer) => answer.json({ agents });
    const { code, stdout } = await runCommand(mesh, ['agents']);
    expect(code).toBe(0);
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['AGENT', 'VERSION', 'SKILLS', 'DESCRIPTION'],
      ['echo', '1.0.0', 'echo, shout', 'Returns what it is sent.'],
      [''],
    ]);
    expect(mesh.requests.at(-1)?.url.pathname).toBe('/admin/agents');
    expect(JSON.parse((await runCommand(mesh, ['agents', '--json'])).stdout)).toEqual({ agents });
  });

  it('says so when there are none', async () => {
    mesh.onAdmin = (_request, answer) => answer.json({ agents: [] });
    expect(await runCommand(mesh, ['agents'])).toMatchObject({ code: 0, stdout: '', stderr: 'There are no agents.\n' });
  });
});

describe('starling agents get', () => {
  const agent = {
    id: 'echo',
    name: 'Echo',
    version: '1.0.0',
    description: 'Returns what it is sent.',
    public: true,
    deadline: 300,
    skills: [{ id: 'echo', name: 'Echo', description: 'Repeats.' }],
    updatedAt: AT,
  };

  it('shows one agent with its skills', async () => {
    mesh.onAdmin = (_request, answer) => answer.json(agent);
    const { code, stdout } = await runCommand(mesh, ['agents', 'get', 'echo']);
    expect(code).toBe(0);
    expect(stdout).toBe(
      `agent     echo
name      Echo
version   1.0.0
does      Returns what it is sent.
public    yes: anyone may read its card
deadline  300 s for a task
updated   2026-11-21 09:10:00

SKILL  NAME  DESCRIPTION
echo   Echo  Repeats.
`,
    );
    expect(mesh.requests.at(-1)?.url.pathname).toBe('/admin/agents/echo');
    expect(JSON.parse((await runCommand(mesh, ['agents', 'get', 'echo', '--json'])).stdout)).toEqual(agent);
  });

  it('shows the schemas of the skills', async () => {
    const input = { type: 'object', required: ['text'] };
    mesh.onAdmin = (_request, answer) =>
      answer.json({ ...agent, skills: [{ ...agent.skills[0], input, output: { type: 'string' } }] });
    const { stdout } = await runCommand(mesh, ['agents', 'get', 'echo']);
    expect(stdout).toContain(`\n\nParams of echo (JSON Schema):\n${JSON.stringify(input, undefined, 2)}\n`);
    expect(stdout).toContain('\n\nResult of echo (JSON Schema):\n{\n  "type": "string"\n}\n');
  });

  it('says how to see the ids where the id is empty', async () => {
    expect(await runCommand(mesh, ['agents', 'get', ''])).toMatchObject({
      code: 2,
      stderr: `The id is empty. See the ids of agents with: ${printed(mesh, 'agents')}\n`,
    });
  });
});

describe('starling tasks cancel', () => {
  it('cancels a task of any client', async () => {
    mesh.onAdmin = (_request, answer) => answer.json({ task: task('CANCELED'), record, log: [] });
    expect(await runCommand(mesh, ['tasks', 'cancel', TASK_ID])).toEqual({
      code: 0,
      stdout: `${TASK_ID} is canceled.\n`,
      stderr: '',
    });
    expect(mesh.requests.at(-1)).toMatchObject({ method: 'POST' });
    expect(mesh.requests.at(-1)?.url.pathname).toBe(`/admin/tasks/${TASK_ID}/cancel`);
    const { stdout } = await runCommand(mesh, ['tasks', 'cancel', TASK_ID, '--json']);
    expect(JSON.parse(stdout)).toEqual(task('CANCELED'));
  });

  it('reports a task that has ended', async () => {
    const error = { code: 'TASK_NOT_CANCELABLE', message: 'Task x has ended already.' };
    mesh.onAdmin = (_request, answer) => answer.json({ error }, 409);
    const { code, stderr } = await runCommand(mesh, ['tasks', 'cancel', 'x', '--json']);
    expect({ code, said: JSON.parse(stderr) }).toEqual({ code: 1, said: { error } });
  });
});

describe('starling tasks watch', () => {
  const first = { task: task('WORKING', { parts: [{ text: 'Roses ' }] }) };

  it('prints the results so far and each new one, over a restart of the mesh, and how the task ended', async () => {
    let streams = 0;
    mesh.onAdmin = ({ url }, answer) => {
      if (!url.pathname.endsWith('/events')) return answer.json({ task: first.task, record, log: [] });
      streams++;
      if (streams === 1) return void answer.sse().event(2, first).event(3, artifactUpdate('are red', true)).end();
      answer.sse().event(3, first).event(4, statusUpdate('FAILED', 'out of ink')).end();
    };
    const { code, stdout, stderr } = await runCommand(mesh, ['tasks', 'watch', TASK_ID]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'Roses are red\n' });
    expect(stderr).toContain(`failed: out of ink (task ${TASK_ID})`);
    expect(mesh.requests.at(-1)?.headers['last-event-id']).toBe('3');
  });

  it('ends at Ctrl-C, and the task goes on', async () => {
    mesh.onAdmin = ({ url }, answer) => {
      if (url.pathname.endsWith('/events')) answer.sse().event(2, first);
      else answer.json({ task: first.task, record, log: [] });
    };
    const command = start(mesh, ['tasks', 'watch', TASK_ID]);
    await command.seen('Roses');
    expect(await command.interrupt()).toMatchObject({ code: 130, stderr: expect.stringContaining('goes on') });
  });
});

describe('errors with --json', () => {
  it.each([
    { words: ['tasks', 'list', '--no-such-option'], code: 2, error: 'USAGE' },
    { words: ['tasks'], code: 2, error: 'USAGE' },
    { words: ['nothing'], code: 2, error: 'USAGE' },
    { words: ['call', 'echo', '-x'], code: 2, error: 'USAGE' },
    { words: ['agents', '--url', 'ftp://x'], code: 2, error: 'USAGE' },
    { words: ['agents', '--data', '/nowhere'], code: 1, error: 'NO_CREDENTIALS' },
    { words: ['agents', '--url', 'http://127.0.0.1:1'], code: 1, error: 'NO_MESH' },
    { words: ['tasks', 'get', 'x'], code: 1, error: 'TASK_NOT_FOUND' },
    { words: ['events', 'put', 'nowhere'], code: 1, error: 'INPUT_UNREADABLE' },
    { words: ['restore', 'nowhere'], code: 1, error: 'BACKUP' },
  ])('$words is one line of JSON on stderr, with a stable code', async ({ words, code, error }) => {
    mesh.onAdmin = (_request, answer) =>
      answer.json({ error: { code: 'TASK_NOT_FOUND', message: 'There is no task x.' } }, 404);
    const ended = await runCommand(mesh, [...words, '--json']);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    const said = JSON.parse(ended.stderr);
    expect(said).toEqual({ error: { code: error, message: expect.any(String) } });
    expect(said.error.message).not.toContain(error);
  });
});

describe('starling tasks', () => {
  it('lists tasks as they were asked for, and tells how to see more', async () => {
    mesh.onAdmin = (_request, answer) => answer.json({ tasks: [record], next: 'dGFza3M6NDE' });
    const words = ['tasks', 'list', '--agent', 'echo', '--state', 'completed', '--limit', '1', '--cursor', 'abc'];
    const { code, stdout, stderr } = await runCommand(mesh, words);
    expect(code).toBe(0);
    expect(stdout.split('\n')[1]?.split(/ {2,}/)).toEqual([
      TASK_ID,
      'echo',
      'completed',
      '2026-11-21 09:09:59',
      '2',
      'starling-cli',
    ]);
    expect(stderr).toBe('There are more: add --cursor dGFza3M6NDE\n');
    const { pathname, searchParams } = mesh.requests.at(-1)?.url ?? expect.fail('no request');
    expect(pathname).toBe('/admin/tasks');
    expect(Object.fromEntries(searchParams)).toEqual({ agent: 'echo', state: 'completed', limit: '1', cursor: 'abc' });
  });

  it('prints them as JSON, and says so when there are none', async () => {
    mesh.onAdmin = (_request, answer) => answer.json({ tasks: [] });
    expect(JSON.parse((await runCommand(mesh, ['tasks', 'list', '--json'])).stdout)).toEqual({ tasks: [] });
    expect(await runCommand(mesh, ['tasks', 'list'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'There are no such tasks.\n',
    });
  });

  it('shows why the attempts of a task failed', async () => {
    const failure = { turn: 1, final: false, failedAt: AT };
    mesh.onAdmin = (_request, answer) =>
      answer.json({
        task: task('FAILED', { said: 'The agent failed.' }),
        record,
        log: [],
        failedAttempts: [
          {
            ...failure,
            attempt: 1,
            cause: { name: 'TypeError', message: 'no', details: 'TypeError: no\n  at a.ts:1:1' },
          },
          { ...failure, attempt: 2, final: true, cause: { name: 'Error', message: 'out of memory' } },
        ],
      });
    const { code, stdout } = await runCommand(mesh, ['tasks', 'get', TASK_ID]);
    expect(code).toBe(0);
    expect(stdout).toContain('attempt 1 of turn 1 failed at 2026-11-21 09:10:00\nTypeError: no\n  at a.ts:1:1\n');
    expect(stdout).toContain(
      'attempt 2 of turn 1 failed at 2026-11-21 09:10:00, and no other followed\nError: out of memory\n',
    );
  });

  it('shows one task with what it made and its log', async () => {
    const answered = {
      task: task('COMPLETED', { parts: [{ text: 'hello' }], said: 'Done.' }),
      record,
      log: [
        { position: 1, kind: 'message', turn: 1, attempt: 0, state: 'TASK_STATE_SUBMITTED', at: AT },
        { position: 2, kind: 'artifact', turn: 1, attempt: 2, artifactId: 'result' },
        { position: 3, kind: 'status', turn: 1, attempt: 2, state: 'TASK_STATE_COMPLETED', at: AT },
      ],
    };
    mesh.onAdmin = (_request, answer) => answer.json(answered);
    const { code, stdout } = await runCommand(mesh, ['tasks', 'get', TASK_ID]);
    expect(code).toBe(0);
    expect(stdout).toBe(
      `task      ${TASK_ID}
agent     echo
state     completed since 2026-11-21 09:10:00
owner     starling-cli
context   ${CONTEXT_ID}
created   2026-11-21 09:09:59
deadline  2026-11-21 09:14:59
attempt   2 of turn 1

artifact result
hello

the agent says
Done.

#  ENTRY     TURN  ATTEMPT             AT
1  message   1     0        submitted  2026-11-21 09:10:00
2  artifact  1     2        result
3  status    1     2        completed  2026-11-21 09:10:00
`,
    );
    expect(mesh.requests.at(-1)?.url.pathname).toBe(`/admin/tasks/${TASK_ID}`);
    expect(JSON.parse((await runCommand(mesh, ['tasks', 'get', TASK_ID, '--json'])).stdout)).toEqual(answered);
  });

  it('reports what the mesh refuses', async () => {
    mesh.onAdmin = (_request, answer) =>
      answer.json({ error: { code: 'TASK_NOT_FOUND', message: 'There is no task x.' } }, 404);
    expect(await runCommand(mesh, ['tasks', 'get', 'x'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'TASK_NOT_FOUND: There is no task x.\n',
    });
  });
});

async function temporary(): Promise<FakeMesh> {
  await mesh.remove();
  mesh = new FakeMesh();
  return mesh;
}
