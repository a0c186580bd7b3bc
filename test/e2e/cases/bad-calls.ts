import { describe, expect, it } from 'vitest';
import { bearer, type MeshClient } from '#test/support/mesh-client.ts';
import { call } from './access.ts';
import type { Place } from './place.ts';

type Answer = { readonly error?: unknown };

/** Calls that are wrong in some way, each with its error. */
export function badCallCases(mesh: () => MeshClient, { maxBodyBytes }: Place): void {
  const post = async (agent: string, body: string | Blob = call, headers: Record<string, string> = {}) =>
    fetch(`${mesh().url}/agents/${agent}`, {
      method: 'POST',
      headers: { ...bearer(await mesh().token()), 'content-type': 'application/json', ...headers },
      ...(typeof body === 'string' ? { body } : { body: body.stream(), duplex: 'half' }),
    } as RequestInit);
  const errorOf = async (response: Response) => ((await response.json()) as Answer).error;

  describe('a call that is wrong', () => {
    it.each([
      ['not JSON', '{"jsonrpc":', -32700],
      ['empty', '', -32700],
      ['a batch', `[${call}]`, -32600],
      ['no object', '7', -32600],
      ['without an id', '{"jsonrpc":"2.0","method":"GetTask"}', -32600],
      ['of another version of JSON-RPC', '{"jsonrpc":"1.0","id":1,"method":"GetTask"}', -32600],
      ['with a method of a wrong type', '{"jsonrpc":"2.0","id":1,"method":7}', -32600],
      ['with params of a wrong type', '{"jsonrpc":"2.0","id":1,"method":"GetTask","params":7}', -32600],
      ['without a message', '{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{}}', -32602],
      [
        'with no parts',
        '{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{"message":{"messageId":"a","role":"ROLE_USER","parts":[]}}}',
        -32602,
      ],
      [
        'with a wrong role',
        '{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{"message":{"messageId":"a","role":"user","parts":[{"text":"x"}]}}}',
        -32602,
      ],
      ['with a task id of a wrong type', '{"jsonrpc":"2.0","id":1,"method":"GetTask","params":{"id":{}}}', -32602],
      ['of an unknown method', '{"jsonrpc":"2.0","id":1,"method":"Nothing","params":{}}', -32601],
      ['a method of A2A 0.3 without a message', '{"jsonrpc":"2.0","id":1,"method":"message/send","params":{}}', -32602],
    ])('%s has its error', async (_, body, code) => {
      const response = await post('echo', body);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({
        jsonrpc: '2.0',
        error: {
          code,
          data: expect.arrayContaining([
            expect.objectContaining({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo' }),
          ]),
        },
      });
    });

    it.each(['messageId', 'contextId', 'taskId'])('with a %s of half characters is -32602', async (field) => {
      for (const id of ['"\\ud800"', '"a\\u0000b"', '7']) {
        const ids = { messageId: '"m"', [field]: id };
        const fields = Object.entries(ids).map(([name, value]) => `"${name}":${value}`);
        const body = `{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{"message":{${fields.join()},"role":"ROLE_USER","parts":[{"text":"x"}]}}}`;
        expect(await errorOf(await post('echo', body))).toMatchObject({ code: -32602 });
      }
    });

    it('nested too deep is -32600', async () => {
      const data = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
      const body = call.replace('{"text":"hi"}', `{"data":${data}}`);
      expect(await errorOf(await post('echo', body))).toMatchObject({ code: -32600 });
    });

    it('of no announced length is served', async () => {
      const response = await post('echo', new Blob([call]));
      expect(await response.json()).toMatchObject({ result: { task: { status: { state: 'TASK_STATE_COMPLETED' } } } });
    });

    it('too large is 413 with a stable code, with and without a length', async () => {
      const large = 'x'.repeat(maxBodyBytes + 1);
      for (const response of [await post('echo', large), await post('echo', new Blob([large]))]) {
        expect(response.status).toBe(413);
        expect(await errorOf(response)).toMatchObject({ code: -32051, data: [{ reason: 'PAYLOAD_TOO_LARGE' }] });
      }
    });

    it('of an unknown agent is 404 with a stable code', async () => {
      const response = await post('nobody');
      expect(response.status).toBe(404);
      expect(await errorOf(response)).toMatchObject({ code: -32050, data: [{ reason: 'AGENT_NOT_FOUND' }] });
    });

    it.each(['0.2', '2.0', '1.1', 'x'])('of version %s is -32009', async (version) => {
      const response = await post('echo', call, { 'a2a-version': version });
      expect(await errorOf(response)).toMatchObject({ code: -32009 });
    });
  });
}
