import type { Template } from '#deployment/plugin/template.ts';
import { type Breach, change, the } from './breach.ts';
import { at } from './template.ts';

const statement = 'Policies.0.PolicyDocument.Statement';

/** Adds a statement to a function's role. */
function permit(role: string, more: Record<string, unknown>): (template: Template) => void {
  return (template) => {
    (at(the(template, role).Properties, statement) as unknown[]).push({ Effect: 'Allow', Resource: 'arn:x', ...more });
  };
}

/** A consumer of the stream that nothing reads by. */
function addConsumer(template: Template): void {
  template.Resources.Consumer = { Type: 'AWS::Kinesis::StreamConsumer', Properties: {} };
}

/** Makes the chunks come by a consumer. */
function consume(template: Template): void {
  addConsumer(template);
  change('ChunksEventSourceMappingKinesisArtifactStream', 'EventSourceArn', { Ref: 'Consumer' })(template);
}

function revoke(role: string, action: string, path: string): (template: Template) => void {
  return (template) => {
    const statements = at(the(template, role).Properties, statement) as Record<string, unknown>[];
    for (const each of statements.filter(({ Action }) => [Action].flat().includes(action))) delete each[path];
  };
}

function changeLogPolicy(rewrite: (text: string) => string): (template: Template) => void {
  return (template) => {
    const document = the(template, 'EventLogPolicy').Properties.PolicyDocument as Record<string, string>;
    document['Fn::Sub'] = rewrite(document['Fn::Sub'] ?? '');
  };
}

/** Ways to reach what is not one's own. */
export const breachesOfAccess: readonly Breach[] = [
  {
    what: 'an action with a star',
    rule: 'leastPrivilege',
    breach: permit('SweeperRole', { Action: ['s3:Get*'] }),
    found: ['SweeperRole: may do s3:Get*'],
  },
  {
    what: 'every resource',
    rule: 'leastPrivilege',
    breach: permit('SweeperRole', { Action: 's3:GetObject', Resource: ['*'] }),
    found: ['SweeperRole: may do s3:GetObject to everything'],
  },
  {
    what: 'a resource of any account',
    rule: 'leastPrivilege',
    breach: permit('SweeperRole', { Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:*:*:dead' }),
    found: ['SweeperRole: may do sqs:SendMessage to everything'],
  },
  {
    what: 'another action beside those of X-Ray',
    rule: 'leastPrivilege',
    breach: permit('SweeperRole', { Action: ['xray:PutTraceSegments', 'xray:GetGroups'], Resource: '*' }),
    found: ['SweeperRole: may do xray:PutTraceSegments,xray:GetGroups to everything'],
  },
  {
    what: 'a role of two functions',
    rule: 'leastPrivilege',
    breach: change('EchoLambdaFunction', 'Role', { 'Fn::GetAtt': ['WeatherRole', 'Arn'] }),
    found: ['WeatherRole: is the role of EchoLambdaFunction and WeatherLambdaFunction'],
  },
  {
    what: 'a managed policy',
    rule: 'leastPrivilege',
    breach: change('EchoRole', 'ManagedPolicyArns', ['arn:aws:iam::aws:policy/AdministratorAccess']),
    found: ['EchoRole: takes the policy arn:aws:iam::aws:policy/AdministratorAccess'],
  },
  {
    what: 'events of every source',
    rule: 'ownSource',
    breach: revoke('SweeperRole', 'events:PutEvents', 'Condition'),
    found: ['SweeperRole: may put events of every source'],
  },
  {
    what: 'an agent without a source of its own',
    rule: 'ownSource',
    breach: revoke('EchoRole', 'events:PutEvents', 'Condition'),
    found: ['EchoRole: may put events of every source', 'EchoRole: may put events of '],
  },
  {
    what: "another agent's source",
    rule: 'ownSource',
    breach: permit('EchoRole', {
      Action: 'events:PutEvents',
      Condition: {
        'ForAllValues:StringEquals': { 'events:source': ['starling.agents.weather'] },
        Null: { 'events:source': 'false' },
      },
    }),
    found: ['EchoRole: may put events of starling.agents.weather'],
  },
  {
    what: "producers' events without a bound",
    rule: 'ownSource',
    breach: revoke('GatewayRole', 'events:PutEvents', 'Condition'),
    found: ['GatewayRole: may put events of every source', 'GatewayRole: may put events of every source'],
  },
  {
    what: 'an agent that may put events of producers',
    rule: 'ownSource',
    breach: permit('EchoRole', {
      Action: 'events:PutEvents',
      Condition: {
        'ForAllValues:StringNotLike': { 'events:source': ['starling.*'] },
        Null: { 'events:source': 'false' },
      },
    }),
    found: ['EchoRole: may put events of every source', 'EchoRole: may put events of '],
  },
  {
    what: 'an agent that may touch what others remember',
    rule: 'agentsApart',
    breach: revoke('EchoRole', 'dynamodb:PutItem', 'Condition'),
    found: ['EchoRole: may touch what other agents remember'],
  },
  {
    what: 'an agent that may read the stream',
    rule: 'agentsApart',
    breach: permit('EchoRole', { Action: ['kinesis:GetRecords'] }),
    found: ['EchoRole: may read the stream'],
  },
  {
    what: 'a function that Kinesis shall push records to, without the right',
    rule: 'ownConsumer',
    breach: consume,
    found: [
      'ChunksEventSourceMappingKinesisArtifactStream: needs kinesis:SubscribeToShard on Consumer alone',
      'ChunksEventSourceMappingKinesisArtifactStream: needs kinesis:DescribeStreamConsumer on Consumer alone',
    ],
  },
  {
    what: 'a consumer that is paid for and not used',
    rule: 'ownConsumer',
    breach: addConsumer,
    found: ['Consumer: is read by no function'],
  },
  {
    what: 'an agent that may list blobs',
    rule: 'agentsApart',
    breach: permit('EchoRole', { Action: ['s3:ListBucket'] }),
    found: ['EchoRole: may list the blobs'],
  },
  {
    what: 'a function that may list every blob',
    rule: 'listedKeys',
    breach: revoke('SweeperRole', 's3:ListBucket', 'Condition'),
    found: ['SweeperRole: may list all blobs'],
  },
  {
    what: 'a route without an authorizer',
    rule: 'authorizedRoutes',
    breach: change('ApiGatewayMethodMetricsGet', 'AuthorizationType', 'NONE'),
    found: ['ApiGatewayMethodMetricsGet: /metrics is open'],
  },
  {
    what: 'an open route without a limit of its own',
    rule: 'openRoutes',
    breach: change('ApiStage', 'MethodSettings.1.ResourcePath', '/other'),
    found: [
      'ApiGatewayMethodAgentsAgentidVarWellDashknownAgentDashcardjsonGet: /agents/{agentId}/.well-known/agent-card.json takes as many calls as all clients',
    ],
  },
  {
    what: 'a check of health that runs a function',
    rule: 'openRoutes',
    breach: change('ApiGatewayMethodHealthGet', 'Integration.Type', 'AWS_PROXY'),
    found: ['ApiGatewayMethodHealthGet: runs a function'],
  },
  {
    what: 'a queue that any rule may feed',
    rule: 'guardedResources',
    breach: change('SubscriptionQueuesPolicy', 'PolicyDocument.Statement.0.Condition'),
    found: ['SubscriptionQueuesPolicy: lets a service in for whoever asks it'],
  },
  {
    what: 'a log group that any rule may fill',
    rule: 'guardedResources',
    breach: changeLogPolicy((text) => text.replace(/,\s*"Condition": .*/, '')),
    found: ['EventLogPolicy: lets a service in for whoever asks it'],
  },
  {
    what: 'a stream that may be made under a condition only',
    rule: 'loggedEvents',
    breach: changeLogPolicy((text) => text.replace('"logs:CreateLogStream"', '"logs:DescribeLogStreams"')),
    found: ['EventLogRule: cannot make streams in its log group'],
  },
  {
    what: "a log group by CloudFormation's ARN of it",
    rule: 'loggedEvents',
    breach: change('EventLogRule', 'Targets.0.Arn', { 'Fn::GetAtt': ['EventLog', 'Arn'] }),
    found: ['EventLogRule: names its log group so that nothing arrives'],
  },
  {
    what: 'a function that any API may call',
    rule: 'guardedResources',
    breach: change('GatewayLambdaPermissionApiGateway', 'SourceArn'),
    found: ['GatewayLambdaPermissionApiGateway: is for everybody'],
  },
];
