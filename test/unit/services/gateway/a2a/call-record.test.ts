import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { message, openGateway, rpc, type TestGateway } from '#test/unit/hosts/lambda/http/gateway.ts';

describe('a call of an agent', () => {
  let test: TestGateway;
  beforeEach(async () => {
    test = await openGateway();
  });
  afterEach(() => test.remove());

  const post = (body: string, agent = 'echo') =>
    test.gateway.app.request(
      `/agents/${agent}`,
      { method: 'POST', body, headers: { 'content-type': 'application/json', 'a2a-version': '1.0' } },
      { requestContext: { authorizer: { clientId: 'app', scopes: '' } } },
    );
  const immediate = { configuration: { returnImmediately: true } };
  async function send(): Promise<string> {
    const response = await post(rpc('SendMessage', { ...message('a secret'), ...immediate }));
    return ((await response.json()) as { result: { task: { id: string } } }).result.task.id;
  }
  const metric = async (line: string) => (await test.runtime.metrics.text()).split('\n').includes(line);

  it('is logged and measured once, without its payload', async () => {
    const id = await send();
    await post(rpc('CancelTask', { id }));
    await post(rpc('GetTask', { id: 'nothing' }));
    await post(rpc('dance', {}));
    await post(rpc('GetTask', { id }), 'nobody');
    const durationMs = expect.any(Number);
    expect(test.calls).toEqual([
      { agentId: 'echo', operation: 'SendMessage', outcome: 'submitted', durationMs, taskId: id },
      { agentId: 'echo', operation: 'CancelTask', outcome: 'canceled', durationMs, taskId: id },
      { agentId: 'echo', operation: 'GetTask', outcome: 'TASK_NOT_FOUND', durationMs },
      { agentId: 'echo', operation: 'unknown', outcome: 'METHOD_NOT_FOUND', durationMs },
      { agentId: 'unknown', operation: 'unknown', outcome: 'AGENT_NOT_FOUND', durationMs },
    ]);
    expect(await metric('starling_call_duration_seconds_count{agent="echo",method="GetTask"} 1')).toBe(true);
    expect(await metric('starling_call_errors_total{agent="echo",code="TASK_NOT_FOUND"} 1')).toBe(true);
    expect(await test.runtime.metrics.text()).not.toContain('starling_call_duration_seconds_count{agent="unknown"');
  });

  it('ends with its stream', async () => {
    const response = await post(rpc('SendStreamingMessage', message('hello')));
    const reader = response.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    expect(test.calls).toEqual([]);
    const [, id = ''] = /"task":\{"id":"([^"]+)"/.exec(new TextDecoder().decode(value)) ?? [];
    const task = await test.task(id);
    await test.works(task);
    await test.answers(task, 'hello');
    while (!(await reader?.read())?.done);
    const operation = 'SendStreamingMessage';
    expect(test.calls).toEqual([
      { agentId: 'echo', operation, outcome: 'completed', durationMs: expect.any(Number), taskId: id },
    ]);
    expect(await metric(`starling_call_duration_seconds_count{agent="echo",method="${operation}"} 1`)).toBe(true);
  });

  it('ends when the client of its stream has gone', async () => {
    const response = await post(rpc('SendStreamingMessage', message('hello')));
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    expect(test.calls).toMatchObject([{ operation: 'SendStreamingMessage', outcome: 'disconnected' }]);
  });
});
