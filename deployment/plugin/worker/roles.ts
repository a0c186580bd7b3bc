import type { Statement } from '../access/access.ts';
import { arnOf, type Resource, type ResourceMap, ref, sub } from '../template.ts';
import { logicalIds } from './resources.ts';

export interface Rights {
  /** The rights of the function's Lambda. */
  readonly statements: readonly Statement[];
  /** The logical id of the table of positions and leases, for a function that reads a stream. (Lambda keeps its own position.) */
  readonly positions: string | undefined;
}

/** Two roles: the containers have the rights of the function's Lambda, and ECS may pull the image and write the log. */
export function workerRoles(prefix: string, image: string, { statements, positions }: Rights): ResourceMap {
  const ids = logicalIds(prefix);
  const ofLambda = statements.filter(
    (statement) => ![statement.Action].flat().some((action) => action.startsWith('logs:')),
  );
  const ofStream: Statement[] =
    positions === undefined
      ? []
      : [allow(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'], arnOf(positions))];
  return {
    [ids.taskRole]: role('access', [...ofLambda, ...ofStream]),
    [ids.executionRole]: role('start', [
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], arnOf(ids.logGroup)),
      ...pullStatements(image),
    ]),
  };
}

/** Only an image in ECR needs rights. Another image is public, or ECR caches it. */
function pullStatements(image: string): Statement[] {
  const match = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)/.exec(image);
  if (match === null) return [];
  const [, account, region, repository] = match;
  return [
    // The action has no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
    allow(['ecr:GetAuthorizationToken'], '*'),
    allow(
      ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      sub(`arn:\${AWS::Partition}:ecr:${region}:${account}:repository/${repository}`),
    ),
  ];
}

function role(name: string, statements: readonly Statement[]): Resource {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'ecs-tasks.amazonaws.com' },
            Action: 'sts:AssumeRole',
            // Only for tasks of this account: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
            Condition: { StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') } },
          },
        ],
      },
      Policies: [{ PolicyName: name, PolicyDocument: { Version: '2012-10-17', Statement: statements } }],
    },
  };
}

function allow(actions: readonly string[], resource: unknown): Statement {
  return { Effect: 'Allow', Action: actions, Resource: [resource] };
}
