import { afterEach, expect, it, vi } from 'vitest';
import { retainQueuePolicies } from '#deployment/stack/retain-queue-policies.ts';
import { fakeEndpoint } from './fake-endpoint.ts';

const target = { stage: 'dev', region: 'eu-central-1', endpoint: undefined };
const policy = (queue: string) => ({
  Type: 'AWS::SQS::QueuePolicy',
  Properties: { Queues: [{ Ref: queue }], PolicyDocument: { Version: '2012-10-17', Statement: [] } },
});
/** A stack of 0.1.0. */
const old = {
  Resources: {
    EchoSubscriptionQueuePolicy: policy('EchoSubscriptionQueue'),
    Topic: { Type: 'AWS::SNS::Topic', Properties: {} },
  },
};

let endpoint: { close(): void } | undefined;
afterEach(() => {
  endpoint?.close();
  vi.restoreAllMocks();
});

/** An AWS that has the stack with this template. */
async function withStack(template: object | undefined) {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  const asked: (Readonly<Record<string, string>> | { readonly put: string })[] = [];
  endpoint = await fakeEndpoint(({ method, text, input }) => {
    asked.push(method === 'PUT' ? { put: text } : input);
    if (method === 'PUT') return { status: 200, body: '' };
    return answerTo(input.Action ?? '', template);
  });
  return asked;
}

function answerTo(action: string, template: object | undefined): { status: number; body: string } {
  if (template === undefined) {
    const error = '<Code>ValidationError</Code><Message>Stack with id starling-dev does not exist</Message>';
    return { status: 400, body: `<ErrorResponse><Error>${error}</Error></ErrorResponse>` };
  }
  const results: Readonly<Record<string, string>> = {
    GetTemplate: `<TemplateBody><![CDATA[${JSON.stringify(template)}]]></TemplateBody>`,
    DescribeStackResource:
      '<StackResourceDetail><PhysicalResourceId>packages</PhysicalResourceId></StackResourceDetail>',
    UpdateStack: '<StackId>starling-dev</StackId>',
    DescribeStacks: '<Stacks><member><StackStatus>UPDATE_COMPLETE</StackStatus></member></Stacks>',
  };
  return {
    status: 200,
    body: `<${action}Response><${action}Result>${results[action]}</${action}Result></${action}Response>`,
  };
}

it('a stack whose functions have policies of their own retains them', async () => {
  const asked = await withStack(old);
  await retainQueuePolicies(target, undefined);
  const put = asked.flatMap((call) => ('put' in call ? [JSON.parse(call.put ?? '')] : []));
  const { EchoSubscriptionQueuePolicy: own, ...rest } = old.Resources;
  const document = { ...own.Properties.PolicyDocument, Id: 'retained' };
  expect(put).toEqual([
    {
      Resources: {
        EchoSubscriptionQueuePolicy: {
          ...own,
          DeletionPolicy: 'Retain',
          Properties: { ...own.Properties, PolicyDocument: document },
        },
        ...rest,
      },
    },
  ]);
  expect(asked).toContainEqual(
    expect.objectContaining({
      Action: 'UpdateStack',
      StackName: 'starling-dev',
      TemplateURL:
        'https://s3.eu-central-1.amazonaws.com/packages/serverless/starling/dev/retained-queue-policies.json',
    }),
  );
  expect(asked.at(-1)).toMatchObject({ Action: 'DescribeStacks' });
});

it('the template goes into the bucket of the command line', async () => {
  const asked = await withStack(old);
  await retainQueuePolicies(target, 'mine');
  expect(asked).toContainEqual(expect.objectContaining({ TemplateURL: expect.stringContaining('/mine/serverless/') }));
});

it.each([
  ['there is no stack', undefined],
  ['queues share their policies', { Resources: { SubscriptionQueuesPolicy: policy('EchoSubscriptionQueue') } }],
  [
    'the old policies are retained already',
    { Resources: { EchoSubscriptionQueuePolicy: { ...policy('EchoSubscriptionQueue'), DeletionPolicy: 'Retain' } } },
  ],
])('nothing changes where %s', async (_, template) => {
  const asked = await withStack(template);
  await retainQueuePolicies(target, undefined);
  expect(asked).toMatchObject([{ Action: 'GetTemplate' }]);
});
