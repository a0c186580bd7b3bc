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
  ...each(template, 'AWS::Logs::ResourcePolicy', ({ PolicyDocument }) => {
    const { Statement: statements } = JSON.parse(String(at(PolicyDocument, 'Fn::Sub') ?? PolicyDocument));
    return (statements as readonly Properties[]).flatMap(tooOpen);
  }),
];

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
