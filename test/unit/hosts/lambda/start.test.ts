import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startAgent, startAuthorizer, startDeployed, startHttp, startMesh } from '#hosts/lambda/start.ts';

it.each([
  ['an agent', startAgent],
  ['the authorizer', startAuthorizer],
  ['an HTTP service', startHttp],
  ['a function of the mesh', startMesh],
])('%s does not start in a wrong environment', (_, start) => {
  expect(() => start({})).toThrow(/STARLING_STAGE/);
});

it('a function that a deployment calls starts in a wrong environment, and tells CloudFormation', async () => {
  const answers: unknown[] = [];
  const server = createServer(async (request, response) => {
    answers.push(JSON.parse((await request.toArray()).join('')));
    response.end();
  }).listen(0);
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const inner = vi.fn(async () => {});

  const handler = startDeployed({})(inner, { agents: [] });
  const event = { RequestType: 'Create', ResponseURL: url, RequestId: '1', StackId: 's', LogicalResourceId: 'l' };
  await handler(event as CloudFormationCustomResourceEvent, { logStreamName: 'stream' } as Context);

  const Reason = expect.stringMatching(/STARLING_STAGE.*STARLING_BLOBS/);
  expect(answers).toEqual([expect.objectContaining({ Status: 'FAILED', Reason })]);
  expect(inner).not.toHaveBeenCalled();
});
