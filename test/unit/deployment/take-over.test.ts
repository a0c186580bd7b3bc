import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ResourceMap } from '#deployment/plugin/template.ts';
import { takeOverRetained } from '#deployment/stack/taken-over/take-over.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { fakeEndpoint } from './fake-endpoint.ts';

const target = { stage: 'prod', region: 'eu-central-1', endpoint: undefined };
const DeletionPolicy = 'RetainExceptOnCreate';
const noStack = `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code>
<Message>Stack with id starling-prod does not exist</Message></Error></ErrorResponse>`;

let folder: string;
let endpoint: { close(): void } | undefined;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  endpoint?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Deploys a template of these resources, where there is no stack and a lookup has this answer. */
async function deployWhere(Resources: ResourceMap, lookup: { status: number; body: string }): Promise<void> {
  const file = path.join(folder, 'cloudformation-template-update-stack.json');
  writeFileSync(file, JSON.stringify({ Resources }));
  endpoint = await fakeEndpoint(({ input }) =>
    input.Action === 'DescribeStacks' ? { status: 400, body: noStack } : lookup,
  );
  await takeOverRetained(target, { folder, takeOver: false, bucket: undefined });
}

const table: ResourceMap = {
  TasksTable: { Type: 'AWS::DynamoDB::Table', DeletionPolicy, Properties: { TableName: 'starling-prod-tasks' } },
};

describe('a new deployment', () => {
  it('that meets a retained table says which, and how to take it over', async () => {
    await expect(deployWhere(table, { status: 200, body: '{"Table":{}}' })).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringMatching(
        /TasksTable: starling-prod-tasks\n.*npm run deploy -- --stage prod --region eu-central-1 --take-over/,
      ),
    });
  });

  it('that meets nothing goes on', async () => {
    const body = '{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"none"}';
    await deployWhere(table, { status: 400, body });
  });

  it('that may not look says which right is missing', async () => {
    const body = '{"__type":"AccessDeniedException","message":"no"}';
    await expect(deployWhere(table, { status: 400, body })).rejects.toThrow('dynamodb:DescribeTable');
  });

  it('that meets two user pools of the name leaves the choice to a person', async () => {
    const pool = { Type: 'AWS::Cognito::UserPool', DeletionPolicy, Properties: { UserPoolName: 'starling-prod' } };
    const UserPools = ['one', 'two'].map((Id) => ({ Id, Name: 'starling-prod' }));
    await expect(deployWhere({ UserPool: pool }, { status: 200, body: JSON.stringify({ UserPools }) })).rejects.toThrow(
      'user pools with the name starling-prod: one, two. Delete those that nobody needs',
    );
  });

  it('that meets two buckets of the stack leaves the choice to a person', async () => {
    const bucket = { Type: 'AWS::S3::Bucket', DeletionPolicy, Properties: {} };
    const names = ['starling-prod-blobbucket-a', 'starling-prod-blobbucket-b', 'starling-production-blobbucket-c'];
    const buckets = names.map((name) => `<Bucket><Name>${name}</Name></Bucket>`).join('');
    const body = `<ListAllMyBucketsResult><Buckets>${buckets}</Buckets></ListAllMyBucketsResult>`;
    await expect(deployWhere({ BlobBucket: bucket }, { status: 200, body })).rejects.toThrow(
      'buckets: starling-prod-blobbucket-a, starling-prod-blobbucket-b. Delete',
    );
  });
});
