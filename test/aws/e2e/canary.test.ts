import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, expect, it } from 'vitest';
import { clientOptions } from '../support/endpoint.ts';
import { testedStack } from '../support/stack.ts';

const { mesh, deployment } = await testedStack();
const lambda = new LambdaClient(clientOptions);
afterAll(() => {
  lambda.destroy();
  return mesh.close();
});

it('the canary gets a token with its own client, calls echo through the API, and is answered', async () => {
  const command = new InvokeCommand({ FunctionName: `${deployment.bus}-canary`, Payload: '{}' });
  const { FunctionError, Payload } = await lambda.send(command);
  expect([FunctionError, Buffer.from(Payload ?? []).toString()]).toEqual([undefined, 'null']);
});
