import { describe, expect, it } from 'vitest';
import { FormClient, forms } from '#test/support/a2a-client.ts';
import { bearer, type MeshClient } from '#test/support/mesh-client.ts';
import type { Place } from './place.ts';

/** Every operation of A2A over both bindings, in both versions. */
export function operationCases(mesh: () => MeshClient, { testAgents, patience: patienceMs }: Place): void {
  describe.each(forms)('A2A $version over $binding', (form) => {
    const client = (agent?: string) => new FormClient(mesh(), form, agent);
    const isLegacy = form.version === '0.3';
    const isRpc = form.binding === 'JSONRPC';
    const state = (name: string) => (isLegacy && isRpc ? name.toLowerCase().replace('_', '-') : `TASK_STATE_${name}`);
    // biome-ignore lint/suspicious/noExplicitAny: an answer of any form
    const taskOf = (result: any) => result.task ?? result;
    // biome-ignore lint/suspicious/noExplicitAny: an event of any form
    const stateOf = (event: any) => (event.statusUpdate ?? event.task ?? event).status?.state;

    it('SendMessage gives the task with its result, and GetTask gives it again', async () => {
      const sent = taskOf((await client().send('hällo')).result);
      expect(sent.status.state).toBe(state('COMPLETED'));
      expect(JSON.stringify(sent.artifacts)).toContain('"hällo"');
      const { result } = await client().call('GetTask', { id: sent.id });
      expect(result).toEqual(sent);
      const short = await client().call('GetTask', { id: sent.id, historyLength: 0 });
      // 0.3's proto knows no difference between 0 and nothing in a body, but a query has it.
      expect(short.result.history).toBeUndefined();
    });

    it('SendStreamingMessage gives the task, the artifact and the last status', async () => {
      const c = client();
      const events = await c.stream('SendStreamingMessage', { message: c.message('streamed') });
      expect(stateOf(events[0])).toBe(state('SUBMITTED'));
      expect(JSON.stringify(events[1])).toContain('"streamed"');
      expect(stateOf(events.at(-1))).toBe(state('COMPLETED'));
      if (isLegacy) expect((events.at(-1).statusUpdate ?? events.at(-1)).final).toBe(true);
    });

    it('a refusal has its code, the status of its binding, and its reason', async () => {
      const ended = taskOf((await client().send('x')).result).id;
      for (const [operation, params, code, status] of [
        ['GetTask', { id: 'nope' }, -32001, 404],
        ['CancelTask', { id: ended }, -32002, 400],
        ['SubscribeToTask', { id: ended }, -32004, 400],
        ['SubscribeToTask', { id: 'nope' }, -32001, 404],
        ['GetExtendedAgentCard', {}, -32004, 400],
        ['GetTaskPushNotificationConfig', { taskId: ended, id: 'c' }, -32003, 400],
        ['SendMessage', {}, -32602, 400],
      ] as const) {
        const answer = await client().call(operation, params);
        expect(answer.error, operation).toMatchObject({ code, reason: expect.stringMatching(/^[A-Z_]+$/) });
        expect(answer.status, operation).toBe(isRpc ? 200 : status);
      }
    });

    it('a wrong field is named', async () => {
      const c = client();
      const { error } = await c.call('SendMessage', { message: { ...c.message('x'), messageId: 7 } });
      expect(error?.details[1]).toMatchObject({
        '@type': 'type.googleapis.com/google.rpc.BadRequest',
        fieldViolations: [{ field: 'message.messageId', description: expect.any(String) }],
      });
    });

    it('a patch number of the version does not count', async () => {
      const c = client();
      const { result } = await c.call(
        'SendMessage',
        { message: c.message('x') },
        { 'a2a-version': `${form.version}.7` },
      );
      expect(taskOf(result).status.state).toBe(state('COMPLETED'));
    });

    it('a request with an Idempotency-Key makes one task, also when it comes again at the same time', async () => {
      const c = client();
      const headers = { 'idempotency-key': crypto.randomUUID() };
      const message = c.message('once');
      const send = (sent = message) => c.call('SendMessage', { message: sent }, headers);
      const answers = await Promise.all([send(), send(), send()]);
      answers.push(await send());
      expect(new Set(answers.map(({ result }) => taskOf(result).id)).size).toBe(1);
      for (const other of [c.message('once'), { ...message, contextId: crypto.randomUUID() }]) {
        const { status, error } = await send(other);
        expect([status, error?.code, error?.reason]).toEqual([409, -32058, 'IDEMPOTENCY_KEY_REUSED']);
      }
      const elsewhere = await c.call('SendMessage', { message: c.message('x') }, { 'idempotency-key': '' });
      expect(elsewhere.error).toMatchObject({ code: -32602 });
    });

    it('a foreign tenant is refused', async () => {
      const c = client();
      const { error } = await c.call('SendMessage', { message: c.message('x'), tenant: 'another' });
      expect(error).toMatchObject({ code: -32602 });
    });

    it.skipIf(!testAgents)(
      'an agent that replies gives a message, whose task is there too (with test agents)',
      async () => {
        const c = client('greeter');
        const { result, headers } = await c.send('hello');
        const message = isLegacy && isRpc ? result : result.message;
        expect(message).toMatchObject({ role: isLegacy && isRpc ? 'agent' : 'ROLE_AGENT' });
        expect(JSON.stringify(message)).toContain('"hello"');
        expect(message).not.toHaveProperty('taskId');
        expect(message).not.toHaveProperty('metadata');
        const { result: task } = await c.call('GetTask', { id: headers.get('starling-task-id') });
        expect([task.status.state, task.contextId]).toEqual([state('COMPLETED'), message.contextId]);
        const events = await c.stream('SendStreamingMessage', { message: c.message('streamed') });
        expect(events).toHaveLength(1);
        expect(JSON.stringify(events[0].message ?? events[0])).toContain('"streamed"');
      },
    );

    it.skipIf(!testAgents)('an agent that replies late, or makes more, gives a task (with test agents)', async () => {
      const c = client('greeter');
      for (const text of ['late', 'task']) {
        const events = await c.stream('SendStreamingMessage', { message: c.message(text) });
        expect(stateOf(events[0]), text).toBe(state('SUBMITTED'));
        expect(stateOf(events.at(-1)), text).toBe(state('COMPLETED'));
        expect(JSON.stringify(events.at(-1)), text).toContain(`"${text}"`);
      }
      expect(taskOf((await c.send('task')).result).artifacts).toHaveLength(1);
    });

    it.skipIf(!testAgents)('CancelTask cancels, and a question waits (with test agents)', async () => {
      const asked = taskOf((await client('asker').send('weather?')).result);
      expect(asked.status.state).toBe(state('INPUT_REQUIRED'));
      const { result } = await client('asker').call('CancelTask', { id: asked.id });
      expect(result.status.state).toBe(isLegacy && !isRpc ? 'TASK_STATE_CANCELLED' : state('CANCELED'));
    });
  });

  describe.each(forms.filter(({ version }) => version === '1.0'))('ListTasks over $binding', (form) => {
    const client = (agent?: string) => new FormClient(mesh(), form, agent);
    // biome-ignore lint/suspicious/noExplicitAny: an answer of any form
    const ids = (answer: any) => answer.result.tasks.map(({ id }: { id: string }) => id);
    const sendIn = async (contextId: string, text = 'listed', agent?: string) => {
      const c = client(agent);
      const { result } = await c.call('SendMessage', { message: c.message(text, { contextId }) });
      return result.task;
    };
    // On AWS the index may be some milliseconds late.
    const patience = { timeout: patienceMs };

    it('gives the tasks of a context, the newest status first, page by page', async () => {
      const contextId = crypto.randomUUID();
      const sent: string[] = [];
      for (let i = 0; i < 3; i++) sent.unshift((await sendIn(contextId)).id);
      await expect.poll(async () => ids(await client().call('ListTasks', { contextId })), patience).toEqual(sent);
      const { result: first } = await client().call('ListTasks', { contextId, pageSize: 2 });
      expect(first).toMatchObject({ pageSize: 2, totalSize: 3, nextPageToken: expect.stringMatching(/^[\w-]+$/) });
      const pageToken = first.nextPageToken;
      const { result: last } = await client().call('ListTasks', { contextId, pageSize: 2, pageToken });
      expect(last).toMatchObject({ pageSize: 2, totalSize: 3, nextPageToken: '' });
      expect([first, last].flatMap((page) => ids({ result: page }))).toEqual(sent);
      const { error } = await client().call('ListTasks', { pageToken });
      expect(error).toMatchObject({ code: -32602, details: [{}, { fieldViolations: [{ field: 'pageToken' }] }] });
    });

    it('shows a task as GetTask does, without its artifacts unless they are asked for', async () => {
      const contextId = crypto.randomUUID();
      const { artifacts, ...task } = await sendIn(contextId);
      const list = async (params: object) => (await client().call('ListTasks', { contextId, ...params })).result?.tasks;
      await expect.poll(() => list({}), patience).toEqual([task]);
      expect(await list({ includeArtifacts: true })).toEqual([{ ...task, artifacts }]);
      const { history: _, ...short } = task;
      expect(await list({ historyLength: 0 })).toEqual([short]);
    });

    it('filters by state and by the time of the status', async () => {
      const contextId = crypto.randomUUID();
      const first = await sendIn(contextId);
      const second = await sendIn(contextId);
      const list = async (params: object) => ids(await client().call('ListTasks', { contextId, ...params }));
      await expect.poll(() => list({ status: 'TASK_STATE_COMPLETED' }), patience).toEqual([second.id, first.id]);
      expect(await list({ status: 'TASK_STATE_WORKING' })).toEqual([]);
      const { timestamp } = second.status;
      expect(await list({ statusTimestampAfter: timestamp })).toContain(second.id);
      const later = new Date(Date.parse(timestamp) + 1).toISOString();
      expect(await list({ statusTimestampAfter: later })).toEqual([]);
    });

    it.skipIf(!testAgents)('has the tasks of this agent alone, and open ones too (with test agents)', async () => {
      const contextId = crypto.randomUUID();
      const asked = await sendIn(contextId, 'weather?', 'asker');
      const list = async (agent: string) => ids(await client(agent).call('ListTasks', { contextId }));
      await expect.poll(() => list('asker'), patience).toEqual([asked.id]);
      expect(await list('echo')).toEqual([]);
    });

    it('takes any text for a context', async () => {
      for (const contextId of ['true', '7', 'null']) {
        expect((await client().call('ListTasks', { contextId })).result).toMatchObject({ tasks: [], totalSize: 0 });
      }
    });

    it('names the field that is wrong', async () => {
      for (const [field, value] of [
        ['pageSize', 0],
        ['pageSize', 101],
        ['pageToken', 'forged'],
        ['status', 'DONE'],
        ['statusTimestampAfter', 'yesterday'],
        ['historyLength', -1],
        ['includeArtifacts', 'maybe'],
      ] as const) {
        const { error } = await client().call('ListTasks', { [field]: value });
        expect(error, field).toMatchObject({ code: -32602, details: [{}, { fieldViolations: [{ field }] }] });
      }
    });
  });

  describe('HTTP+JSON', () => {
    const request = async (path: string, init: RequestInit = {}) =>
      fetch(`${mesh().url}/agents/${path}`, {
        ...init,
        headers: { ...bearer(await mesh().token()), 'content-type': 'application/json', ...init.headers },
      });
    const body = () =>
      JSON.stringify({ message: { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text: 'x' }] } });
    const send = (headers = {}) => request('echo/message:send', { method: 'POST', body: body(), headers });

    it('answers application/a2a+json to a client that speaks it', async () => {
      expect((await send()).headers.get('content-type')).toBe('application/json');
      for (const headers of [{ accept: 'application/a2a+json' }, { 'content-type': 'application/a2a+json' }]) {
        expect((await send(headers)).headers.get('content-type')).toBe('application/a2a+json');
      }
    });

    it('serves a subscription by GET too, and below the tenant of the agent', async () => {
      const path = 'echo/echo/tasks/nope:subscribe';
      expect((await request(path)).status).toBe(404);
      expect((await request('echo/other/tasks/nope')).status).toBe(400);
    });

    it('has no ListTasks in version 0.3', async () => {
      const response = await request('echo/v1/tasks', { headers: { 'a2a-version': '0.3' } });
      expect(await response.json()).toMatchObject({ code: -32004, data: [{ reason: 'UNSUPPORTED_OPERATION' }] });
    });

    it('has an error for each wrong request, in its own form', async () => {
      for (const [path, init, status, reason] of [
        ['echo/nothing', {}, 404, 'METHOD_NOT_FOUND'],
        ['nobody/tasks/x', {}, 404, 'AGENT_NOT_FOUND'],
        ['echo/message:send', { method: 'POST', body: '{' }, 400, 'PARSE_ERROR'],
        ['echo/message:send', { method: 'POST', body: '[]' }, 400, 'INVALID_REQUEST'],
        ['echo/message:send', { method: 'POST', body: 'null' }, 400, 'INVALID_PARAMS'],
        [
          'echo/message:send',
          { method: 'POST', body: body(), headers: { 'a2a-version': '9' } },
          400,
          'VERSION_NOT_SUPPORTED',
        ],
        [
          'echo/message:send',
          { method: 'POST', body: body(), headers: { 'content-type': 'text/plain' } },
          400,
          'CONTENT_TYPE_NOT_SUPPORTED',
        ],
        ['echo/tasks/x?historyLength=-1', {}, 400, 'INVALID_PARAMS'],
      ] as const) {
        const response = await request(path, init);
        expect(await response.json(), path).toMatchObject({
          error: {
            code: status,
            status: expect.stringMatching(/^[A-Z_]+$/),
            details: expect.arrayContaining([expect.objectContaining({ reason })]),
          },
        });
        expect(response.status, path).toBe(status);
      }
    });

    it('tells the methods of a path', async () => {
      const response = await request('echo/tasks/x', { method: 'DELETE' });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET']);
    });
  });

  describe('params', () => {
    it('have their names of a2a.proto too, but not what belongs to the client', async () => {
      const message = {
        message_id: crypto.randomUUID(),
        role: 1,
        parts: [{ data: { a_b: 1 }, media_type: 'application/json' }],
        metadata: { a_b: 1 },
      };
      const { body } = await mesh().rpc('echo', 'SendMessage', {
        message,
        configuration: { return_immediately: false, history_length: '1' },
      });
      expect(body.result.task).toMatchObject({
        artifacts: [{ parts: [{ data: { a_b: 1 }, mediaType: 'application/json' }] }],
        history: [{ messageId: message.message_id, role: 'ROLE_USER', metadata: { a_b: 1 } }],
      });
    });

    it('are refused when the agent does not take a part’s media type', async () => {
      const parts = [{ raw: 'aGk=', mediaType: 'image/png' }];
      const { body } = await mesh().rpc(testAgents ? 'talker' : 'calculator', 'SendMessage', {
        message: { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts },
      });
      expect(body.error).toMatchObject({ code: -32005, message: expect.stringContaining('image/png') });
    });

    it('come as JSON', async () => {
      const response = await mesh().post('echo', '{}', { 'content-type': 'text/plain' });
      expect(await response.json()).toMatchObject({ error: { code: -32005 } });
    });
  });

  describe('a skill by its name', () => {
    it('is called once with an Idempotency-Key', async () => {
      const headers = { 'idempotency-key': crypto.randomUUID() };
      const call = (a: number) =>
        mesh().post('echo', { jsonrpc: '2.0', id: 1, method: 'echo', params: { a } }, headers);
      const [one, again] = [await call(1), await call(1)];
      expect(again.headers.get('starling-task-id')).toBe(one.headers.get('starling-task-id'));
      expect((await call(2)).status).toBe(409);
    });

    it('streams to a client that asks for events', async () => {
      const request = { jsonrpc: '2.0', id: 1, method: 'echo', params: { a: 1 } };
      const response = await mesh().post('echo', request, { accept: 'text/event-stream' });
      expect(response.headers.get('content-type')).toContain('text/event-stream');
      const text = await response.text();
      expect(text).toContain('"data":{"a":1}');
      expect(text).toContain('"TASK_STATE_COMPLETED"');
    });
  });
}
