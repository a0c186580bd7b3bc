import { type Breach, change, remove, the } from './breach.ts';

const busPolicy = 'EventBus: takes events of the mesh from every role';
const streamPolicy = 'ArtifactStream: takes records from every role';
const sentToByOthers = ['Echo', 'Calculator', 'Weather'].map(
  (agent) => `${agent}SubscriptionRule: lets others send to ${agent}SubscriptionQueue`,
);
const denial = 'PolicyDocument.Statement.1';

/** Ways by which a stage's rights would not be its own. */
export const breachesOfStage: readonly Breach[] = [
  {
    what: 'a policy that shuts out a function before it has its role',
    rule: 'policiesLast',
    breach: (template) => {
      const policy = the(template, 'EventBusPolicy');
      policy.DependsOn = [policy.DependsOn ?? []].flat().filter((id) => id !== 'EchoLambdaFunction');
    },
    found: ['EventBusPolicy: changes before EchoLambdaFunction has its role'],
  },
  {
    what: 'a role beside the path of its stage',
    rule: 'rolesOfTheStage',
    breach: change('EchoRole', 'Path', '/'),
    found: ['EchoRole: has the path /, not /starling/dev/'],
  },
  {
    what: 'the role of all stages under the path of one',
    rule: 'rolesOfTheStage',
    breach: change('ApiGatewayLogRole', 'Path', '/starling/dev/'),
    found: ['ApiGatewayLogRole: has the path /starling/dev/, not /starling/'],
  },
  {
    what: 'a bus without a policy',
    rule: 'closedToOtherRoles',
    breach: remove('EventBusPolicy'),
    found: [busPolicy],
  },
  {
    what: 'a bus that is closed to nobody',
    rule: 'closedToOtherRoles',
    breach: change(
      'EventBusPolicy',
      'Statement.Condition.ArnNotLike.aws:PrincipalArn.Fn::Sub',
      'arn:aws:iam::1:role/*',
    ),
    found: [busPolicy],
  },
  {
    what: 'a bus that is closed under one source only',
    rule: 'closedToOtherRoles',
    breach: change('EventBusPolicy', 'Statement.Condition.ForAnyValue:StringLike.events:source', ['starling.tasks']),
    found: [busPolicy],
  },
  {
    what: 'a bus that is closed to services of AWS alone',
    rule: 'closedToOtherRoles',
    breach: change('EventBusPolicy', 'Statement.Condition.Bool', { 'aws:PrincipalIsAWSService': 'true' }),
    found: [busPolicy],
  },
  {
    what: 'a stream without a policy',
    rule: 'closedToOtherRoles',
    breach: remove('ArtifactStreamPolicy'),
    found: [streamPolicy],
  },
  {
    what: 'a stream that takes single records',
    rule: 'closedToOtherRoles',
    breach: change('ArtifactStreamPolicy', 'ResourcePolicy.Statement.0.Action', ['kinesis:PutRecords']),
    found: [streamPolicy],
  },
  {
    what: 'a queue of an agent that takes messages of whoever may send',
    rule: 'onlyTheBusSends',
    breach: change('AgentQueuesPolicy', `${denial}.Effect`, 'Allow'),
    found: sentToByOthers,
  },
  {
    what: 'a queue of an agent that takes messages of every rule',
    rule: 'onlyTheBusSends',
    breach: change('AgentQueuesPolicy', `${denial}.Condition.ArnNotLike.aws:SourceArn`, 'arn:aws:events:*'),
    found: sentToByOthers,
  },
];
