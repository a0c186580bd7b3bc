import { describe, expect, it } from 'vitest';
import { requestOf } from '#hosts/lambda/http/request.ts';
import { restEvent } from '#test/support/rest-api.ts';

const pathOf = (call: Parameters<typeof restEvent>[0]) => {
  const request = requestOf(restEvent(call));
  return request && new URL(request.url).pathname;
};

describe('the request of a REST API event', () => {
  it('has the path of the resource, without the base path of a custom domain', () => {
    expect(pathOf({ parameters: { agentId: 'echo' }, basePath: '/v1' })).toBe('/agents/echo');
    expect(pathOf({ resource: '/admin/{proxy+}', parameters: { proxy: 'tasks/1' } })).toBe('/admin/tasks/1');
  });

  it.each([
    ['../admin/tasks', '/agents/..%2Fadmin%2Ftasks'],
    ['..', undefined],
    ['.', undefined],
    ['echo?x', '/agents/echo%3Fx'],
    ['echo#x', '/agents/echo%23x'],
    ['%2e%2e', '/agents/%252e%252e'],
    ['ü', '/agents/%C3%BC'],
  ])('keeps the parameter %s where it is', (agentId, path) => {
    expect(pathOf({ parameters: { agentId } })).toBe(path);
  });

  it('has no path without its parameters', () => {
    expect(pathOf({ resource: '/agents/{agentId}', parameters: {} })).toBeUndefined();
    expect(pathOf({ resource: '/admin/{proxy+}', parameters: { proxy: '../agents/echo' } })).toBeUndefined();
  });

  it('has every value of a header and of a query', () => {
    const request = requestOf(
      restEvent({
        parameters: { agentId: 'echo' },
        headers: { Accept: ['text/html', 'application/json'], 'x-name': 'ü' },
        query: { 'A2A-Version': ['1.0'], a: ['b&c', '=', ''] },
        body: '{}',
      }),
    );
    expect(request?.headers.get('accept')).toBe('text/html, application/json');
    // As Node's own server shows the bytes of UTF-8.
    expect(request?.headers.get('x-name')).toBe('Ã¼');
    const query = new URL(request?.url ?? '').searchParams;
    expect([query.get('A2A-Version'), query.getAll('a')]).toEqual(['1.0', ['b&c', '=', '']]);
  });

  it('has the length of the body that is there', async () => {
    const request = requestOf(
      restEvent({
        parameters: { agentId: 'echo' },
        headers: { 'Content-Length': '1', 'Transfer-Encoding': 'chunked' },
        body: 'ü',
      }),
    );
    expect(request?.headers.get('content-length')).toBe('2');
    expect(request?.headers.get('transfer-encoding')).toBeNull();
    expect(await request?.text()).toBe('ü');
  });

  it.each(['GET', 'HEAD'])('of a %s has no body, whatever came with it', (method) => {
    const request = requestOf(restEvent({ method, parameters: { agentId: 'echo' }, body: '{}' }));
    expect(request?.method).toBe(method);
    expect(request?.body).toBeNull();
  });
});
