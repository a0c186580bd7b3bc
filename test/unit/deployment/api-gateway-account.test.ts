import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { apiGatewayParameters } from '#deployment/stack/api-gateway-account.ts';
import { fakeEndpoint } from './fake-endpoint.ts';

const target = { stage: 'dev', region: 'eu-central-1', endpoint: undefined };
const role = 'arn:aws:iam::000000000000:role/others';
const none = (text: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>${text}</Message></Error></ErrorResponse>`;
const resource = `<DescribeStackResourceResponse><DescribeStackResourceResult><StackResourceDetail>
<LogicalResourceId>ApiGatewayAccount</LogicalResourceId><ResourceType>AWS::ApiGateway::Account</ResourceType>
<ResourceStatus>CREATE_COMPLETE</ResourceStatus><LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp>
</StackResourceDetail></DescribeStackResourceResult></DescribeStackResourceResponse>`;

let endpoint: { close(): void };
let account: { readonly status: number; readonly body: object };
let stack: { readonly status: number; readonly body: string };

beforeEach(async () => {
  endpoint = await fakeEndpoint(({ method }) =>
    method === 'GET' ? { status: account.status, body: JSON.stringify(account.body) } : stack,
  );
  vi.spyOn(console, 'log').mockImplementation(() => {});
});
afterEach(() => {
  endpoint.close();
  vi.restoreAllMocks();
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

it('a missing right to describe the stack is named', async () => {
  account = { status: 200, body: { cloudwatchRoleArn: role } };
  stack = { status: 403, body: none('no').replace('ValidationError', 'AccessDenied') };
  await expect(apiGatewayParameters(target, [])).rejects.toThrow('cloudformation:DescribeStackResource');
});
