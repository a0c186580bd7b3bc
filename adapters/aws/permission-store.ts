import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type AgentId, isAgentId } from '#shared/ids.ts';
import type { EveryAgent, Grant, PermissionStore, Principal, Subject } from '#shared/ports/permission-store.ts';
import { checkGrant, subjectsOf } from '#shared/security/grant.ts';
import { inParallel } from './batches.ts';
import { type AwsCall, calling } from './errors.ts';
import { queryAll } from './query-all.ts';

export interface DynamoPermissionStoreOptions {
  readonly documents: DynamoDBDocumentClient;
  /** The table of the registry. */
  readonly table: string;
}

/** Queries at the same time. A token of Cognito has at most 50 scopes, and the SDK has 50 connections. */
const QUERIES_AT_ONCE = 16;
const PREFIX = 'permission#';

/**
 * The permissions in the registry table. Each permission is an item. Its partition key is the subject, and its sort key
 * is the agent.
 *
 * `agentsOf` makes one query for each subject. The reads are eventually consistent, at half the price: the second of
 * delay is small beside the minute for which API Gateway keeps the answer of the authorizer.
 */
export class DynamoPermissionStore implements PermissionStore {
  readonly #documents: DynamoDBDocumentClient;
  readonly #table: string;

  constructor({ documents, table }: DynamoPermissionStoreOptions) {
    this.#documents = documents;
    this.#table = table;
  }

  async agentsOf(principal: Principal): Promise<readonly AgentId[] | EveryAgent> {
    const granted = await inParallel(subjectsOf(principal), QUERIES_AT_ONCE, (subject) => this.#agentsOfOne(subject));
    const agents = new Set(granted.flat());
    return agents.has('*') ? '*' : [...agents].filter(isAgentId).sort();
  }

  /** @throws InvalidGrantError */
  async grant(grant: Grant): Promise<void> {
    const command = new PutCommand({ TableName: this.#table, Item: { ...keyOf(grant), listed: 'permission' } });
    await calling(this.#call('dynamodb:PutItem'), () => this.#documents.send(command));
  }

  /** @throws InvalidGrantError */
  async revoke(grant: Grant): Promise<void> {
    const command = new DeleteCommand({ TableName: this.#table, Key: keyOf(grant) });
    await calling(this.#call('dynamodb:DeleteItem'), () => this.#documents.send(command));
  }

  async list(): Promise<readonly Grant[]> {
    const { items } = await queryAll(this.#documents, {
      TableName: this.#table,
      IndexName: 'listed',
      KeyConditionExpression: 'listed = :permission',
      ExpressionAttributeValues: { ':permission': 'permission' },
    });
    const grants = items.map(
      ({ pk, sk }): Grant => ({
        subject: String(pk).slice(PREFIX.length) as Subject,
        agent: String(sk) as Grant['agent'],
      }),
    );
    // The index sorts by subject only.
    return grants.sort((a, b) => order(a.subject, b.subject) || order(a.agent, b.agent));
  }

  async #agentsOfOne(subject: Subject): Promise<readonly string[]> {
    const { items } = await queryAll(this.#documents, {
      TableName: this.#table,
      KeyConditionExpression: 'pk = :subject',
      ExpressionAttributeValues: { ':subject': PREFIX + subject },
      ProjectionExpression: 'sk',
    });
    return items.map(({ sk }) => String(sk));
  }

  #call(action: string): AwsCall {
    return { action, resource: `the table ${this.#table}` };
  }
}

function keyOf(grant: Grant): { pk: string; sk: string } {
  const { subject, agent } = checkGrant(grant);
  return { pk: PREFIX + subject, sk: agent };
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
