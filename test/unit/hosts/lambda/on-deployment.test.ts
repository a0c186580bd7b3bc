import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { onDeployment } from '#hosts/lambda/on-deployment.ts';

/** Stands where CloudFormation takes answers: a signed URL of S3. */
const taken: { method: string | undefined; type: string | undefined; body: Record<string, unknown> }[] = [];
let status = 200;
const server = createServer(async (request: IncomingMessage, response) => {
  const { method, headers } = request;
  taken.push({ method, type: headers['content-type'], body: JSON.parse(await text(request)) });
  response.writeHead(status).end(status === 200 ? '' : 'SignatureDoesNotMatch');
});
let url = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer?signature=x`;
});
beforeEach(() => {
  taken.length = 0;
  status = 200;
});
afterAll(() => {
  server.close();
});

const manifest = { agents: ['echo'] };
const context = { logStreamName: 'stream' } as Context;
const identity = { StackId: 'stack', RequestId: 'request', LogicalResourceId: 'RegistryManifest' };

function event(RequestType: CloudFormationCustomResourceEvent['RequestType']): CloudFormationCustomResourceEvent {
  return { RequestType, ResponseURL: url, ...identity } as CloudFormationCustomResourceEvent;
}

/** A handler that writes down what it is called with, with what it is to throw. */
function recorded(error?: Error) {
  const calls: unknown[] = [];
  const handler = async (call: unknown): Promise<void> => {
    calls.push(call);
    if (error) throw error;
  };
  return { calls, handler: onDeployment(handler, manifest) };
}

describe('a deployment', () => {
  it.each([
    ['Create', true],
    ['Update', false],
  ] as const)('that is a %s hands the manifest over and answers', async (type, first) => {
    const { calls, handler } = recorded();
    await handler(event(type), context);
    expect(calls).toEqual([{ agents: ['echo'], first }]);
    expect(taken).toEqual([
      {
        method: 'PUT',
        // The signature covers it.
        type: '',
        body: { ...identity, PhysicalResourceId: 'starling-agents', Status: 'SUCCESS' },
      },
    ]);
  });

  it('fails with the reason when the handler does', async () => {
    const { handler } = recorded(new Error(`no table ${'x'.repeat(5_000)}`));
    await handler(event('Update'), context);
    expect(taken[0]?.body).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/^The agents could not be registered: no table x/),
      PhysicalResourceId: 'starling-agents',
    });
    expect(Buffer.byteLength(JSON.stringify(taken[0]?.body))).toBeLessThan(4_096);
  });

  it('that removes the stack touches nothing', async () => {
    const { calls, handler } = recorded(new Error('must not be called'));
    await handler(event('Delete'), context);
    expect(calls).toEqual([]);
    expect(taken[0]?.body).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'starling-agents' });
  });

  it('is tried again by Lambda when the answer is not taken', async () => {
    status = 403;
    await expect(recorded().handler(event('Create'), context)).rejects.toThrow(
      /did not accept the answer: 403 Signature/,
    );
  });
});

describe('a call by hand', () => {
  it('goes through the manifest that is deployed, and answers nobody', async () => {
    const { calls, handler } = recorded();
    await handler({}, context);
    expect(calls).toEqual([{ agents: ['echo'], first: false }]);
    expect(taken).toEqual([]);
  });

  it('fails when the handler does', async () => {
    await expect(recorded(new Error('no table')).handler({}, context)).rejects.toThrow('no table');
  });
});
