import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CanaryError, createCanary } from '#services/canary/canary.ts';

interface Asked {
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}
interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const completed: Answer = {
  status: 200,
  body: { result: { task: { id: 't', status: { state: 'TASK_STATE_COMPLETED' }, artifacts: [{}] } } },
};
const unauthorized: Answer = { status: 401, body: { error: 'invalid_token' } };

describe('the canary', () => {
  let server: Server;
  let url: string;
  const asked: Asked[] = [];
  /** The answers of the gateway, one after the other. The last one stays. */
  let answers: Answer[];
  let tokens: Answer;
  let given = 0;

  beforeEach(async () => {
    asked.length = given = 0;
    answers = [completed];
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      asked.push({ url: request.url, authorization: request.headers.authorization, body });
      tokens = { status: 200, body: { access_token: `token${given}` } };
      const isToken = request.url === '/oauth2/token';
      if (isToken) given++;
      const answer = isToken ? tokens : answers.length > 1 ? answers.shift() : answers[0];
      response.writeHead(answer?.status ?? 500).end(JSON.stringify(answer?.body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const lines: string[] = [];
  const canary = (secret: string | undefined = '{"clientId":"canary","clientSecret":"s3cret"}') => {
    lines.length = 0;
    const line = (level: string) => (text: string, fields?: object) =>
      void lines.push(`${level} ${text} ${JSON.stringify(fields)}`);
    let id = 0;
    return createCanary({
      agent: 'echo',
      url,
      tokenUrl: `${url}/oauth2/token`,
      secrets: { get: async (name) => (name === 'canary' ? secret : undefined) },
      log: { info: line('info'), error: line('error') },
      newId: () => `message-${++id}`,
    });
  };

  it('calls the agent with a token of its own, and keeps the token', async () => {
    const call = canary();
    await call();
    await call();
    expect(asked.map(({ url: path, authorization }) => [path, authorization])).toEqual([
      ['/oauth2/token', `Basic ${Buffer.from('canary:s3cret').toString('base64')}`],
      ['/agents/echo', 'Bearer token0'],
      ['/agents/echo', 'Bearer token0'],
    ]);
    expect(asked[0]?.body).toBe('grant_type=client_credentials&scope=starling%2Fecho%3Ainvoke');
    const messages = asked.slice(1).map(({ body }) => JSON.parse(body).params.message.messageId);
    // A message that is sent twice would get the task of the first.
    expect(messages).toEqual(['message-1', 'message-2']);
    expect(lines.join()).not.toMatch(/s3cret|token0/);
  });

  it('takes another token when the gateway refuses its token', async () => {
    answers = [completed, unauthorized, completed];
    const call = canary();
    await call();
    await call();
    expect(asked.map(({ authorization }) => authorization).at(-1)).toBe('Bearer token1');
  });

  it.each<[what: string, answer: Answer, message: RegExp]>([
    ['a token that is refused again', unauthorized, /status 401/],
    ['an error of JSON-RPC', { status: 200, body: { error: { message: 'gone' } } }, /without a task: gone/],
    ['an answer that is no JSON', { status: 502, body: undefined }, /status 502/],
    [
      'a task that takes too long',
      { status: 200, body: { result: { task: { id: 't', status: { state: 'TASK_STATE_WORKING' } } } } },
      /t is in TASK_STATE_WORKING/,
    ],
    [
      'a task without a result',
      { status: 200, body: { result: { task: { id: 't', status: { state: 'TASK_STATE_COMPLETED' } } } } },
      /no result/,
    ],
  ])('fails with %s', async (_, answer, message) => {
    answers = [answer];
    await expect(canary()()).rejects.toThrow(message);
    expect(lines).toEqual([expect.stringMatching(/^error the canary failed/)]);
  });

  it('fails without its secret, and without a mesh', async () => {
    await expect(canary('')()).rejects.toThrow();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(canary()()).rejects.toThrow(CanaryError);
  });
});
