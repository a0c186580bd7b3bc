import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readSse } from '#cli/mesh/sse.ts';
import type { AdminAgent, AdminAgents, AdminQuarantine, AdminTask, AdminTasks } from '#shared/admin/schemas.ts';
import { StarlingError } from '#shared/errors.ts';
import type { AgentId } from '#shared/ids.ts';
import { type Mesh, openMesh } from './mesh.ts';

let mesh: Mesh;
beforeEach(() => {
  mesh = openMesh();
});
afterEach(() => mesh.close());

describe('GET /admin/agents', () => {
  it('lists the agents by id', async () => {
    for (const id of ['weather', 'echo']) {
      const skill = { id: 'say', name: 'Say', description: 'Says it.', tags: ['test'], examples: ['hello'] };
      const card = {
        name: `The ${id}`,
        description: 'Does it.',
        version: '1.2.3',
        capabilities: { streaming: true, pushNotifications: false, extendedAgentCard: false },
        defaultInputModes: ['text/plain'],
        defaultOutputModes: ['text/plain'],
        skills: [skill],
      };
      const skillSchemas = [{ id: 'say', input: { type: 'string' } }];
      const record = { id: id as AgentId, card, skillSchemas, public: id === 'echo', deadline: 300 };
      const event = { source: 'test', detailType: 'AgentRegistered', detail: {} };
      await mesh.registry.put(record, () => event);
    }
    const { status, body } = await mesh.get<AdminAgents>('/agents');
    expect(status).toBe(200);
    expect(body.agents.map(({ id }) => id)).toEqual(['echo', 'weather']);
    expect(body.agents[0]).toEqual({
      id: 'echo',
      name: 'The echo',
      version: '1.2.3',
      description: 'Does it.',
      public: true,
      deadline: 300,
      skills: [{ id: 'say', name: 'Say', description: 'Says it.' }],
      updatedAt: new Date(mesh.clock.now()).toISOString(),
    });
    // One agent has its schemas too.
    const { body: one } = await mesh.get<AdminAgent>('/agents/echo');
    const skills = [{ id: 'say', name: 'Say', description: 'Says it.', input: { type: 'string' } }];
    expect(one).toEqual({ ...body.agents[0], skills });
  });
});

describe('GET /admin/tasks', () => {
  it('lists the tasks of every owner, the newest first, by agent and by state', async () => {
    const first = await mesh.createTask('echo', 'one');
    const second = await mesh.createTask('weather', 'other');
    await mesh.completeTask(first);
    const ids = async (query: string) => (await mesh.get<AdminTasks>(`/tasks${query}`)).body.tasks.map(({ id }) => id);

    expect(await ids('')).toEqual([second.id, first.id]);
    expect(await ids('?agent=echo')).toEqual([first.id]);
    expect(await ids('?agent=nobody')).toEqual([]);
    for (const state of ['completed', 'COMPLETED', 'TASK_STATE_COMPLETED'])
      expect(await ids(`?state=${state}`)).toEqual([first.id]);
    for (const state of ['input-required', 'TASK_STATE_INPUT_REQUIRED', 'input_required'])
      expect(await ids(`?state=${state}`)).toEqual([]);
    const at = mesh.clock.now();
    expect((await mesh.get('/tasks?state=submitted')).body).toEqual({
      tasks: [
        {
          id: second.id,
          contextId: second.contextId,
          agentId: 'weather',
          owner: 'other',
          state: 'TASK_STATE_SUBMITTED',
          turn: 1,
          attempt: 0,
          createdAt: new Date(at).toISOString(),
          statusAt: new Date(at).toISOString(),
          deadline: new Date(at + 300_000).toISOString(),
        },
      ],
    });
  });

  it('gives each task once over the pages, 20 on each where nothing is asked', async () => {
    const made: string[] = [];
    for (let count = 0; count < 21; count++) made.unshift((await mesh.createTask()).id);
    const seen: string[] = [];
    let query = '?limit=8';
    for (let next: string | undefined = ''; next !== undefined; query = `?limit=8&cursor=${next}`) {
      const { body } = await mesh.get<AdminTasks>(`/tasks${query}`);
      seen.push(...body.tasks.map(({ id }) => id));
      next = body.next;
    }
    expect(seen).toEqual(made);
    expect((await mesh.get<AdminTasks>('/tasks')).body.tasks).toHaveLength(20);
    expect((await mesh.get<AdminTasks>('/tasks?limit=100')).body.tasks).toHaveLength(21);
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=1.5',
    'limit=-1',
    'limit=',
    'limit=1e1',
    'state=done',
    'state=',
    'state=TASK_STATE_',
    'agent=No%20Agent',
    'agent=',
    'cursor=',
    'cursor=abc',
    'cursor=7',
    `cursor=${Buffer.from('tasks:').toString('base64url')}`,
    `cursor=${Buffer.from('tasks:7').toString('base64url')}!`,
  ])('refuses %s', async (query) => {
    const name = query.split('=')[0] ?? '';
    expect(await mesh.get(`/tasks?${query}`)).toEqual({
      status: 400,
      body: { error: { code: 'INVALID_PARAMETER', message: expect.stringContaining(`The parameter ${name} `) } },
    });
  });
});

describe('GET /admin/tasks/{id}', () => {
  it('gives the task, its record and its log without contents', async () => {
    const { id, contextId } = await mesh.createTask();
    await mesh.completeTask({ id, contextId });
    const at = new Date(mesh.clock.now()).toISOString();

    const { status, body } = await mesh.get<AdminTask>(`/tasks/${id}`);
    expect(status).toBe(200);
    expect(body.task).toMatchObject({
      id,
      contextId,
      status: { state: 'TASK_STATE_COMPLETED' },
      artifacts: [{ artifactId: 'result', parts: [{ text: 'hello' }] }],
      history: [{ role: 'ROLE_USER' }],
    });
    expect(body.record).toMatchObject({ id, owner: 'app', state: 'TASK_STATE_COMPLETED', attempt: 1 });
    expect(body.log).toEqual([
      { position: 1, kind: 'message', turn: 1, attempt: 0, state: 'TASK_STATE_SUBMITTED', at },
      { position: 2, kind: 'artifact', turn: 1, attempt: 1, artifactId: 'result' },
      { position: 3, kind: 'status', turn: 1, attempt: 1, state: 'TASK_STATE_COMPLETED', at },
    ]);
  });

  it.each(['019a9d3e-7b1c-7000-8a52-3f1c5e0d9b47', 'x', '%27%20OR%201'])('does not find %s', async (id) => {
    expect(await mesh.get(`/tasks/${id}`)).toMatchObject({ status: 404, body: { error: { code: 'TASK_NOT_FOUND' } } });
  });
});

describe('GET /admin/quarantine', () => {
  it('lists what broke its contract, the newest first, each once over the pages', async () => {
    for (const text of ['{"first":1}', 'second', 'third']) await mesh.quarantine.put(`no ${text}`, text);
    const { status, body } = await mesh.get<AdminQuarantine>('/quarantine?limit=2');
    const at = new Date(mesh.clock.now()).toISOString();
    expect(status).toBe(200);
    expect(body).toEqual({
      events: [
        { id: expect.any(String), at, reason: 'no third', event: 'third' },
        { id: expect.any(String), at, reason: 'no second', event: 'second' },
      ],
      next: expect.any(String),
    });
    const last = await mesh.get<AdminQuarantine>(`/quarantine?limit=2&cursor=${body.next}`);
    expect(last.body).toEqual({
      events: [{ id: expect.any(String), at, reason: 'no {"first":1}', event: '{"first":1}' }],
    });
  });

  it.each(['limit=0', 'limit=101', 'cursor=', 'cursor=7', `cursor=${wrapped('tasks:7')}`])(
    'refuses %s',
    async (query) => {
      expect(await mesh.get(`/quarantine?${query}`)).toMatchObject({
        status: 400,
        body: { error: { code: 'INVALID_PARAMETER' } },
      });
    },
  );

  it('refuses a cursor that is none of the store', async () => {
    const answer = { status: 400, body: { error: { code: 'INVALID_CURSOR', message: expect.any(String) } } };
    expect(await mesh.get(`/quarantine?cursor=${wrapped('quarantine:x')}`)).toEqual(answer);
  });
});

function wrapped(cursor: string): string {
  return Buffer.from(cursor).toString('base64url');
}

describe('an error inside', () => {
  it.each([
    { thrown: new Error('the secret detail'), status: 500, code: 'INTERNAL_ERROR' },
    { thrown: new StarlingError('STORE_FAILED', 'the secret detail'), status: 503, code: 'STORE_UNAVAILABLE' },
  ])('is logged and not shown: $code', async ({ thrown, status, code }) => {
    vi.spyOn(mesh.registry, 'list').mockRejectedValue(thrown);
    const answer = await mesh.get('/agents');
    expect(answer).toMatchObject({ status, body: { error: { code } } });
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(mesh.errors).toEqual([{ error: thrown }]);
  });
});

describe('GET /admin/agents/{id}', () => {
  it('says so where there is no such agent', async () => {
    for (const id of ['nobody', 'A%20b']) {
      const { status, body } = await mesh.get(`/agents/${id}`);
      expect({ status, body }).toMatchObject({
        status: 404,
        body: { error: { code: expect.stringMatching('NOT_FOUND') } },
      });
    }
  });
});

describe('POST /admin/tasks/{id}/cancel', () => {
  const cancel = async (id: string) => {
    const response = await mesh.routes.request(`/tasks/${id}/cancel`, {
      method: 'POST',
      headers: { traceparent: mesh.trace },
    });
    return { status: response.status, body: (await response.json()) as AdminTask };
  };

  it('cancels a task of any owner, and tells its agent to stop', async () => {
    const { id } = await mesh.createTask('echo', 'somebody');
    expect(await cancel(id)).toMatchObject({
      status: 200,
      body: { task: { id, status: { state: 'TASK_STATE_CANCELED' } }, record: { owner: 'somebody' } },
    });
    const [last] = (await mesh.archivedTypes()).slice(-1);
    expect(last).toBe('TaskCancelRequested.v1');
  });

  it('refuses a task that has ended, and one that does not exist', async () => {
    const made = await mesh.createTask();
    await mesh.completeTask(made);
    expect(await cancel(made.id)).toMatchObject({ status: 409, body: { error: { code: 'TASK_NOT_CANCELABLE' } } });
    expect(await cancel('nothing')).toMatchObject({ status: 404, body: { error: { code: 'TASK_NOT_FOUND' } } });
  });
});

describe('GET /admin/tasks/{id}/events', () => {
  const watch = (id: string, headers: Record<string, string> = {}) =>
    mesh.routes.request(`/tasks/${id}/events`, { headers });
  const read = async (response: Response) => {
    const all: { id: string; kind: string | undefined }[] = [];
    for await (const { id, data } of readSse(response.body ?? expect.fail('no body'))) {
      all.push({ id, kind: Object.keys(JSON.parse(data))[0] });
    }
    return all;
  };

  it('streams a task of any owner until it has ended', async () => {
    const made = await mesh.createTask('echo', 'somebody');
    const reading = read(await watch(made.id));
    await mesh.completeTask(made);
    expect(await reading).toEqual([
      { id: '1', kind: 'task' },
      { id: '2', kind: 'artifactUpdate' },
      { id: '3', kind: 'statusUpdate' },
    ]);
  });

  it('gives a task that has ended, and the rest of it to a client that resumes', async () => {
    const made = await mesh.createTask();
    await mesh.completeTask(made);
    expect(await read(await watch(made.id))).toEqual([{ id: '3', kind: 'task' }]);
    expect(await read(await watch(made.id, { 'last-event-id': '2' }))).toEqual([
      { id: '2', kind: 'task' },
      { id: '3', kind: 'statusUpdate' },
    ]);
  });

  it('says so where there is no such task', async () => {
    expect((await watch('nothing')).status).toBe(404);
  });
});
