import type { Template } from '#deployment/plugin/template.ts';
import { at, each, idOf, type Properties, type Rule } from './template.ts';

/** Nobody reaches the API without the authorizer but on the routes that are for everybody. */
export const authorizedRoutes: Rule = (template) =>
  each(template, 'AWS::ApiGateway::Method', ({ AuthorizationType, AuthorizerId, ResourceId }, id) => {
    const path = pathOf(template.Resources, ResourceId);
    const isOpen = openPaths.includes(path);
    return [
      !isOpen && (AuthorizationType !== 'CUSTOM' || idOf(AuthorizerId) === undefined) && `${path} is open`,
      isOpen && !id.endsWith('Get') && `${path} is open for more than GET`,
    ];
  });

/** Strangers cannot use up the calls of clients, and a check of health needs none of the functions that calls need. */
export const openRoutes: Rule = (template) => {
  const settings = Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::ApiGateway::Stage')
    .flatMap(({ Properties }) => Properties.MethodSettings as readonly Properties[]);
  const rateOf = (path: string, method: unknown) =>
    settings.find(({ ResourcePath, HttpMethod }) => ResourcePath === path && HttpMethod === method)
      ?.ThrottlingRateLimit;
  return each(template, 'AWS::ApiGateway::Method', ({ AuthorizationType, HttpMethod, ResourceId, Integration }) => {
    const path = pathOf(template.Resources, ResourceId);
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-apigateway-stage-methodsetting.html
    const setting = `/~1${path.slice(1).replaceAll('/', '~1')}`;
    return [
      AuthorizationType === 'NONE' &&
        !(Number(rateOf(setting, HttpMethod)) < Number(rateOf('/*', '*'))) &&
        `${path} takes as many calls as all clients`,
      path === '/health' && at(Integration, 'Type') !== 'MOCK' && 'runs a function',
    ];
  });
};

const openPaths = ['/health', '/agents/{agentId}/.well-known/agent-card.json'];

function pathOf(resources: Parameters<Rule>[0]['Resources'], resourceId: unknown): string {
  const { PathPart, ParentId } = resources[idOf(resourceId) ?? '']?.Properties ?? {};
  return PathPart === undefined ? '' : `${pathOf(resources, ParentId)}/${PathPart}`;
}

/** By which services call what: each only for a resource, or at least an account, of ours. */
const callers = ['aws:SourceArn', 'aws:SourceAccount'];

const policyTypes = ['AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy', 'AWS::S3::BucketPolicy', 'AWS::KMS::Key'];

/** No resource lets a service in on behalf of whoever asks it, and none lets in everybody. */
export const guardedResources: Rule = (template) => [
  ...policyTypes.flatMap((type) =>
    each(template, type, ({ PolicyDocument, KeyPolicy }) => {
      const statements = [at(PolicyDocument ?? KeyPolicy, 'Statement')].flat() as readonly Properties[];
      return statements.filter(({ Effect }) => Effect === 'Allow').flatMap(tooOpen);
    }),
  ),
  ...each(template, 'AWS::Lambda::Permission', ({ SourceArn }) => [SourceArn === undefined && 'is for everybody']),
  ...each(template, 'AWS::Logs::ResourcePolicy', (policy) =>
    statementsOf(policy)
      // A stream without events, for whoever asks: see loggedEvents.
      .filter(({ Action }) => Action !== 'logs:CreateLogStream')
      .flatMap(tooOpen),
  ),
];

/**
 * A rule's events reach a log group only by its ARN without the `:*` at the end that `Fn::GetAtt` gives it
 * (https://github.com/aws-samples/serverless-patterns/pull/221), and only where EventBridge may make streams under no
 * condition: it tells of its rule when it puts events, no sooner
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-cloudwatchlogs-permissions).
 */
export const loggedEvents: Rule = (template) => {
  const statements = Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::Logs::ResourcePolicy')
    .flatMap(({ Properties }) => statementsOf(Properties));
  return each(template, 'AWS::Events::Rule', ({ Targets }) =>
    ((Targets ?? []) as readonly Properties[]).flatMap(({ Arn }) => {
      const group = logGroupOf(template, Arn);
      if (group === undefined) return [];
      const mayMakeStreams = statements.some(
        ({ Action, Resource, Condition }) =>
          [Action].flat().includes('logs:CreateLogStream') &&
          String(Resource).includes(group) &&
          Condition === undefined,
      );
      return [
        !String(at(Arn, 'Fn::Sub')).endsWith(`:log-group:\${${group}}`) &&
          'names its log group so that nothing arrives',
        !mayMakeStreams && 'cannot make streams in its log group',
      ];
    }),
  );
};

/** The logical id of the log group that a rule's target is. */
function logGroupOf(template: Template, target: unknown): string | undefined {
  return Object.entries(template.Resources).find(
    ([id, { Type }]) => Type === 'AWS::Logs::LogGroup' && JSON.stringify(target ?? '').includes(id),
  )?.[0];
}

function statementsOf({ PolicyDocument }: Properties): readonly Properties[] {
  return JSON.parse(String(at(PolicyDocument, 'Fn::Sub') ?? PolicyDocument)).Statement;
}

function tooOpen(statement: Properties): (string | false)[] {
  const { Principal, Action } = statement;
  const actions = [Action].flat().map(String);
  // The account itself, without which nobody could administer a key.
  const isRoot = JSON.stringify(at(Principal, 'AWS') ?? '').includes(':root');
  const condition = JSON.stringify(statement.Condition ?? '');
  return [
    Principal === '*' && 'lets everybody in',
    !isRoot && actions.some((action) => action.includes('*')) && `allows ${actions}`,
    at(Principal, 'Service') !== undefined &&
      !callers.some((caller) => condition.includes(`"${caller}"`)) &&
      'lets a service in for whoever asks it',
  ];
}
