import { CloudWatchLogsClient, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import {
  CognitoIdentityProviderClient,
  DescribeResourceServerCommand,
  DescribeUserPoolCommand,
  paginateListUserPools,
} from '@aws-sdk/client-cognito-identity-provider';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeArchiveCommand, DescribeEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { paginateListBuckets, S3Client } from '@aws-sdk/client-s3';
import { lookupError } from '#deployment/deployed/access-problem.ts';
import type { Resource } from '#deployment/plugin/template.ts';
import { stackName, type Target } from '#deployment/target.ts';
import { ConfigurationError } from '#shared/errors.ts';

/** A resource of the account that the template describes. */
export interface Found {
  readonly id: string;
  readonly type: string;
  /** The key by which CloudFormation imports it: the primary identifier of its type. */
  readonly identifier: Readonly<Record<string, string>>;
}

type Identifier = Found['identifier'] | undefined;

/** Looks for resources that an earlier deployment of the stage has left, by the names that they have. */
export class Finder {
  readonly #target: Target;
  readonly #dynamodb: DynamoDBClient;
  readonly #logs: CloudWatchLogsClient;
  readonly #events: EventBridgeClient;
  readonly #cognito: CognitoIdentityProviderClient;
  readonly #s3: S3Client;
  #pool: Promise<string | undefined> | undefined;

  constructor(target: Target) {
    const { region } = target;
    this.#target = target;
    this.#dynamodb = new DynamoDBClient({ region });
    this.#logs = new CloudWatchLogsClient({ region });
    this.#events = new EventBridgeClient({ region });
    this.#cognito = new CognitoIdentityProviderClient({ region });
    this.#s3 = new S3Client({ region });
  }

  close(): void {
    for (const client of [this.#dynamodb, this.#logs, this.#events, this.#cognito, this.#s3]) client.destroy();
  }

  /** @throws ConfigurationError when a lookup fails, or when two resources could be the one. */
  async find(resources: readonly (readonly [id: string, resource: Resource])[]): Promise<readonly Found[]> {
    const found: Found[] = [];
    for (const [id, { Type: type, Properties: properties }] of resources) {
      const name = (key: string) => String(properties[key]);
      const identifier = await this.#identifierOf(id, type, name);
      if (identifier !== undefined) found.push({ id, type, identifier });
    }
    return found;
  }

  async #identifierOf(id: string, type: string, property: (key: string) => string): Promise<Identifier> {
    switch (type) {
      case 'AWS::DynamoDB::Table':
        return this.#table(property('TableName'));
      case 'AWS::Logs::LogGroup':
        return this.#logGroup(property('LogGroupName'));
      case 'AWS::Events::EventBus':
        return this.#bus(property('Name'));
      case 'AWS::Events::Archive':
        return this.#archive(property('ArchiveName'));
      case 'AWS::S3::Bucket':
        return this.#bucket(id);
      case 'AWS::Cognito::UserPool':
        return this.#ofPool(property('UserPoolName'), async (UserPoolId) => ({ UserPoolId }));
      case 'AWS::Cognito::UserPoolDomain':
        return this.#ofPool(poolName(this.#target), (pool) => this.#domain(pool));
      case 'AWS::Cognito::UserPoolResourceServer':
        return this.#ofPool(poolName(this.#target), (pool) => this.#resourceServer(pool, property('Identifier')));
      // The log role of API Gateway: apiGatewayParameters looks at it.
      case 'AWS::ApiGateway::Account':
      case 'AWS::IAM::Role':
        return undefined;
    }
    throw new Error(`${id} is retained, but no new deployment finds a ${type}`);
  }

  #table(TableName: string): Promise<Identifier> {
    return lookUp(`the table ${TableName}`, 'dynamodb:DescribeTable', async () => {
      await this.#dynamodb.send(new DescribeTableCommand({ TableName }));
      return { TableName };
    });
  }

  #logGroup(LogGroupName: string): Promise<Identifier> {
    return lookUp(`the log group ${LogGroupName}`, 'logs:DescribeLogGroups', async () => {
      const pages = paginateDescribeLogGroups({ client: this.#logs }, { logGroupNamePrefix: LogGroupName });
      for await (const { logGroups = [] } of pages) {
        if (logGroups.some(({ logGroupName }) => logGroupName === LogGroupName)) return { LogGroupName };
      }
      return undefined;
    });
  }

  #bus(Name: string): Promise<Identifier> {
    return lookUp(`the bus ${Name}`, 'events:DescribeEventBus', async () => {
      await this.#events.send(new DescribeEventBusCommand({ Name }));
      return { Name };
    });
  }

  #archive(ArchiveName: string): Promise<Identifier> {
    return lookUp(`the archive ${ArchiveName}`, 'events:DescribeArchive', async () => {
      await this.#events.send(new DescribeArchiveCommand({ ArchiveName }));
      return { ArchiveName };
    });
  }

  /** CloudFormation has chosen the name: `{stack}-{logical id}-{letters}`. */
  #bucket(id: string): Promise<Identifier> {
    const prefix = `${stackName(this.#target)}-${id}-`.toLowerCase();
    return lookUp(`a bucket ${prefix}…`, 's3:ListAllMyBuckets', async () => {
      const names: string[] = [];
      const page = { Prefix: prefix, BucketRegion: this.#target.region };
      for await (const { Buckets = [] } of paginateListBuckets({ client: this.#s3 }, page)) {
        names.push(...Buckets.flatMap(({ Name = '' }) => (Name.startsWith(prefix) ? [Name] : [])));
      }
      const BucketName = theOnly(names, 'buckets');
      return BucketName === undefined ? undefined : { BucketName };
    });
  }

  async #ofPool(name: string, identify: (pool: string) => Promise<Identifier>): Promise<Identifier> {
    this.#pool ??= this.#poolNamed(name);
    const pool = await this.#pool;
    return pool === undefined ? undefined : identify(pool);
  }

  #poolNamed(name: string): Promise<string | undefined> {
    return lookUp(`the user pool ${name}`, 'cognito-idp:ListUserPools', async () => {
      const ids: string[] = [];
      for await (const { UserPools = [] } of paginateListUserPools({ client: this.#cognito }, { MaxResults: 60 })) {
        ids.push(...UserPools.flatMap(({ Id = '', Name }) => (Name === name ? [Id] : [])));
      }
      return theOnly(ids, `user pools with the name ${name}`);
    });
  }

  #domain(UserPoolId: string): Promise<Identifier> {
    return lookUp(`the user pool ${UserPoolId}`, 'cognito-idp:DescribeUserPool', async () => {
      const { UserPool } = await this.#cognito.send(new DescribeUserPoolCommand({ UserPoolId }));
      return UserPool?.Domain ? { UserPoolId, Domain: UserPool.Domain } : undefined;
    });
  }

  #resourceServer(UserPoolId: string, Identifier: string): Promise<Identifier> {
    return lookUp(`the scopes of the user pool ${UserPoolId}`, 'cognito-idp:DescribeResourceServer', async () => {
      await this.#cognito.send(new DescribeResourceServerCommand({ UserPoolId, Identifier }));
      return { UserPoolId, Identifier };
    });
  }
}

/** As in deployment/identity.yml. */
function poolName({ stage }: Target): string {
  return `starling-${stage}`;
}

/** @returns undefined if AWS says that there is no such resource */
async function lookUp<T>(resource: string, action: string, look: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await look();
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw cause;
    if (cause instanceof Error && cause.name === 'ResourceNotFoundException') return undefined;
    throw lookupError(cause, { action, resource });
  }
}

function theOnly(names: readonly string[], what: string): string | undefined {
  if (names.length < 2) return names[0];
  throw new ConfigurationError(
    `An earlier deployment may have left any of these ${what}: ${names.join(', ')}. Delete those that nobody needs, then run this again.`,
  );
}
