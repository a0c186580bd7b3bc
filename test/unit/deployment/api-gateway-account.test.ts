import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { apiGatewayParameters } from '#deployment/stack/api-gateway-account.ts';

const target = { stage: 'dev', region: 'eu-central-1', endpoint: undefined };
const role = 'arn:aws:iam::000000000000:role/others';
const none = (text: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>${text}</Message></Error></ErrorResponse>`;
const resource = `<DescribeStackResourceResponse><DescribeStackResourceResult><StackResourceDetail>
<LogicalResourceId>ApiGatewayAccount</LogicalResourceId><ResourceType>AWS::ApiGateway::Account</ResourceType>
<ResourceStatus>CREATE_COMPLETE</ResourceStatus><LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp>
</StackResourceDetail></DescribeStackResourceResult></DescribeStackResourceResponse>`;

let server: Server;
let account: { readonly status: number; readonly body: object };
let stack: { readonly status: number; readonly body: string };

beforeEach(async () => {
  server = createServer((request, response) => {
    if (request.method === 'GET') response.writeHead(account.status).end(JSON.stringify(account.body));
    else response.writeHead(stack.status).end(stack.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.spyOn(console, 'log').mockImplementation(() => {});
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  server.closeAllConnections();
  server.close();
});

it.each([
  ['there is none', {}, { status: 400, body: none('Stack with id starling-dev does not exist') }, []],
  ['the stack itself has set it', { cloudwatchRoleArn: role }, { status: 200, body: resource }, []],
  [
    'others have set it, and the stack is new',
    { cloudwatchRoleArn: role },
    { status: 400, body: none("Stack 'starling-dev' does not exist") },
    ['apiGatewayAccount=off'],
  ],
  [
    'others have set it, and the stack uses it',
    { cloudwatchRoleArn: role },
    { status: 400, body: none('Resource ApiGatewayAccount does not exist for stack starling-dev') },
    ['apiGatewayAccount=off'],
  ],
])('the log role of an account is set by a stage, unless %s', async (_, body, described, expected) => {
  account = { status: 200, body };
  stack = described;
  expect(await apiGatewayParameters(target, [])).toEqual(expected);
});

it('the parameter of the command line decides', async () => {
  account = { status: 500, body: {} };
  expect(await apiGatewayParameters(target, ['apiGatewayAccount=on'])).toEqual([]);
});

it('a missing right is named', async () => {
  account = { status: 403, body: { __type: 'AccessDeniedException', message: 'no' } };
  await expect(apiGatewayParameters(target, [])).rejects.toThrow('apigateway:GET');
});
