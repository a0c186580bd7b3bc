import { at, each, idOf, type Properties, type Rule } from './template.ts';

interface Statement {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** What X-Ray offers has no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html */
const withoutResource = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];

/** AWS's own policies, where a service takes no less. */
const managedPolicies = ['AmazonAPIGatewayPushToCloudWatchLogs'];

/** A role for every function, which names actions and resources one by one. */
export const leastPrivilege: Rule = (template) => {
  const users = new Map<string, string[]>();
  for (const [id, { Type, Properties }] of Object.entries(template.Resources)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    const role = idOf(Properties.Role) ?? 'none';
    users.set(role, [...(users.get(role) ?? []), id]);
  }
  const shared = [...users].flatMap(([role, functions]) =>
    functions.length > 1 ? [`${role}: is the role of ${functions.join(' and ')}`] : [],
  );
  const roles = each(template, 'AWS::IAM::Role', (properties) => [
    ...managedOf(properties).map((policy) => `takes the policy ${policy}`),
    ...statementsOf(properties).flatMap(tooWide),
    trustOf(properties).length !== 1 && 'may be assumed by more than one',
  ]);
  return [...shared, ...roles];
};

/** What only the mesh may put: who puts events of producers must not be able to answer for an agent. */
const notForeign = 'starling.*';

/** Who puts events says under which source, and an agent has its own. */
export const ownSource: Rule = (template) =>
  each(template, 'AWS::IAM::Role', (properties, id) => {
    const putters = statementsOf(properties).filter((statement) => actionsOf(statement).includes('events:PutEvents'));
    const agent = agentOf(template.Resources, id);
    return putters.flatMap(({ Condition: condition }) => {
      const isForeign = [condition?.['ForAllValues:StringNotLike']?.['events:source']].flat().includes(notForeign);
      if (isForeign && agent === undefined && condition?.Null?.['events:source'] === 'false') return [];
      const sources = [condition?.['ForAllValues:StringEquals']?.['events:source']].flat();
      const isBound = condition?.Null?.['events:source'] === 'false' && sources.length > 0;
      return [
        (!isBound || sources.includes(undefined)) && 'may put events of every source',
        agent !== undefined && sources.join() !== `starling.agents.${agent}` && `may put events of ${sources}`,
        agent === undefined &&
          sources.some((source) => String(source).startsWith('starling.agents')) &&
          'may put events of an agent',
      ];
    });
  });

/** An agent remembers its own side effects, and may neither read the stream nor list what others are working on. */
export const agentsApart: Rule = (template) =>
  each(template, 'AWS::IAM::Role', (properties, id) => {
    const agent = agentOf(template.Resources, id);
    if (agent === undefined) return [];
    return statementsOf(properties).flatMap((statement) => {
      const actions = actionsOf(statement);
      const keys = at(statement, 'Condition.ForAllValues:StringLike.dynamodb:LeadingKeys');
      return [
        actions.some((action) => action.startsWith('dynamodb:')) &&
          String(keys) !== `${agent}#*` &&
          'may touch what other agents remember',
        actions.includes('s3:ListBucket') && 'may list the blobs',
        actions.some((action) => action.startsWith('kinesis:') && action !== 'kinesis:PutRecords') &&
          'may read the stream',
      ];
    });
  });

/** A function that Kinesis pushes records to may subscribe, and by no consumer but its own. */
export const ownConsumer: Rule = (template) => {
  const used = each(template, 'AWS::Lambda::EventSourceMapping', ({ EventSourceArn, FunctionName }) => {
    const consumer = idOf(EventSourceArn) ?? '';
    if (template.Resources[consumer]?.Type !== 'AWS::Kinesis::StreamConsumer') return [];
    const role = template.Resources[idOf(FunctionName) ?? '']?.Properties.Role;
    const statements = statementsOf(template.Resources[idOf(role) ?? '']?.Properties ?? {});
    return ['kinesis:SubscribeToShard', 'kinesis:DescribeStreamConsumer'].map((action) => {
      const granted = statements
        .filter((statement) => actionsOf(statement).includes(action))
        .flatMap(({ Resource }) => [Resource].flat().map(idOf));
      return granted.join() !== consumer && `needs ${action} on ${consumer} alone`;
    });
  });
  const arns = Object.values(template.Resources).map(({ Properties }) => idOf(Properties.EventSourceArn));
  const idle = each(template, 'AWS::Kinesis::StreamConsumer', (_, id) => [
    !arns.includes(id) && 'is read by no function',
  ]);
  return [...used, ...idle];
};

/** Where a role may list blobs, it may list what it reads. */
export const listedKeys: Rule = (template) =>
  each(template, 'AWS::IAM::Role', (properties) =>
    statementsOf(properties)
      .filter((statement) => actionsOf(statement).includes('s3:ListBucket'))
      .map((statement) => {
        const prefixes = [at(statement, 'Condition.StringLike.s3:prefix')].flat().map(String);
        return !prefixes.every((prefix) => /^[a-z]+\/\*$/.test(prefix)) && 'may list all blobs';
      }),
  );

function tooWide(statement: Statement): string[] {
  const actions = actionsOf(statement);
  const resources = [statement.Resource].flat();
  const isXRay = actions.every((action) => withoutResource.includes(action));
  const keys = Object.keys(statement);
  return [
    ...actions.filter((action) => action.includes('*')).map((action) => `may do ${action}`),
    ...(keys.includes('NotAction') || keys.includes('NotResource') ? ['says what not'] : []),
    ...(!isXRay && resources.some((resource) => resource === undefined || isEverything(resource))
      ? [`may do ${actions} to everything`]
      : []),
  ];
}

/** `*`, and a star in an ARN before the name of the resource: in any account, of any name. */
function isEverything(resource: unknown): boolean {
  const text = typeof resource === 'string' ? resource : JSON.stringify(at(resource, 'Fn::Sub') ?? '');
  return text === '*' || /arn:[^"]*\*[^"]*:/.test(text) || /:\*"?$/.test(text.replace(/:log-group:[^*]+:\*"?$/, ''));
}

function statementsOf({ Policies: policies = [] }: Properties): Statement[] {
  return (policies as readonly Properties[]).flatMap(
    (policy) => at(policy, 'PolicyDocument.Statement') as readonly Statement[],
  );
}

function trustOf(properties: Properties): readonly unknown[] {
  const statements = at(properties, 'AssumeRolePolicyDocument.Statement') as readonly Properties[];
  return statements.flatMap(({ Principal }) => Object.values(Principal as Properties).flat());
}

function managedOf({ ManagedPolicyArns: arns = [] }: Properties): string[] {
  return (arns as readonly unknown[])
    .map((arn) => (typeof arn === 'string' ? arn : JSON.stringify(arn)))
    .filter((arn) => !managedPolicies.some((allowed) => arn.endsWith(`/${allowed}"}`)));
}

function actionsOf({ Action: action }: Statement): string[] {
  return [action].flat();
}

/** The agent whose function has the role: its subscription names it. */
function agentOf(resources: Parameters<Rule>[0]['Resources'], role: string): string | undefined {
  const rule = resources[role.replace(/Role$/, 'SubscriptionRule')];
  const agents = at(rule?.Properties, 'EventPattern.detail.data.agentId') as readonly string[] | undefined;
  return agents?.[0];
}
