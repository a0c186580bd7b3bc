import type { Statement } from '../access/access.ts';
import { arnOf, type Resource, type ResourceMap, ref, sub } from '../template.ts';
import { logicalIds } from './resources.ts';

export interface Rights {
  /** What the function's Lambda may do. */
  readonly statements: readonly Statement[];
  /** The table of places and leases, for a function that reads a stream; Lambda itself keeps its place. */
  readonly positions: string | undefined;
}

/** The containers of a function may do what its Lambda may, and are started by a role that pulls the image and writes the log. */
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

/** An image elsewhere than in ECR is public, or pulled through ECR. */
function pullStatements(image: string): Statement[] {
  const match = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)/.exec(image);
  if (match === null) return [];
  const [, account, region, repository] = match;
  return [
    // It has no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
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
            // Not for tasks of another account: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
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
