import { describe, expect, it } from 'vitest';
import { adviceAfterFailure } from '#deployment/stack/failure.ts';
import { halfDeployed } from '#deployment/stack/half-deployed.ts';

const target = { stage: 'dev', region: 'eu-central-1', endpoint: undefined };
const remove = 'npm run remove -- --stage dev --region eu-central-1';

describe('a stack half deployed', () => {
  it.each(['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'CREATE_FAILED', 'REVIEW_IN_PROGRESS', 'DELETE_FAILED'])(
    '%s is to be removed first',
    (status) => {
      expect(halfDeployed(status, target)).toContain(status);
      expect(halfDeployed(status, target)).toContain(remove);
    },
  );

  it('UPDATE_ROLLBACK_FAILED has to go back before it goes on, and nothing is removed', () => {
    const advice = halfDeployed('UPDATE_ROLLBACK_FAILED', target);
    expect(advice).toContain('continue-update-rollback --stack-name starling-dev --region eu-central-1');
    expect(advice).not.toContain(remove);
  });

  it.each(['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'DELETE_IN_PROGRESS'])(
    '%s is to be waited for',
    (status) => expect(halfDeployed(status, target)).toContain('when that is done'),
  );

  it.each(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'IMPORT_COMPLETE'])(
    '%s can be deployed',
    (status) => expect(halfDeployed(status, target)).toBeUndefined(),
  );
});

describe('after a deployment that failed', () => {
  it('a name that is taken is explained', () => {
    const output =
      'Error:\nCREATE_FAILED: TasksTable (AWS::DynamoDB::Table)\nstarling-dev-tasks already exists in stack x';
    const advice = adviceAfterFailure(output, 'ROLLBACK_COMPLETE', target);
    expect(advice).toContain('onRemoval');
    expect(advice).toContain('--take-over');
    expect(advice).toContain(remove);
  });

  it('a quota that is used up is explained', () => {
    expect(adviceAfterFailure('TooManyBuckets', undefined, target)).toContain('quota');
  });

  it('what a region does not have is explained', () => {
    const output =
      'Template format error: Unrecognized resource types: [AWS::EventSchemas::Schema, AWS::Events::Archive, AWS::EventSchemas::Registry]';
    expect(adviceAfterFailure(output, undefined, target)).toContain('--param regionLacks=archive,schemas');
    const others = 'Template format error: Unrecognized resource types: [AWS::Cognito::UserPool]';
    expect(adviceAfterFailure(others, undefined, target)).toBe('');
  });

  it('the first cluster of an account is explained', () => {
    const output =
      'CREATE_FAILED: WorkerCluster (AWS::ECS::Cluster)\nUnable to assume the service linked role. Please verify that the ECS service linked role exists.';
    expect(adviceAfterFailure(output, 'UPDATE_ROLLBACK_COMPLETE', target)).toContain('Deploy again');
  });

  it.each([
    [
      'CREATE_FAILED: ChunksStreamConsumer (AWS::Kinesis::StreamConsumer)\nUser: arn:aws:sts::123456789012:assumed-role/ci/x is not authorized to perform: kinesis:RegisterStreamConsumer on resource: arn:aws:kinesis:eu-central-1:123456789012:stream/starling-prod-artifacts',
      'These credentials may not register a consumer',
      'kinesis:RegisterStreamConsumer',
    ],
    [
      'CREATE_FAILED: ChunksEventSourceMapping (AWS::Lambda::EventSourceMapping)\nCannot access stream arn:aws:kinesis:eu-central-1:123456789012:stream/starling-prod-artifacts/consumer/starling-prod-chunks:1. Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, ListShards, and ListStreams Actions on your stream in IAM.',
      'The role of a function may not read from its consumer',
      'kinesis:SubscribeToShard',
    ],
    [
      'is not authorized to perform: kinesis:SubscribeToShard on resource',
      'The role of a function may not read from its consumer',
      'permissions boundary',
    ],
  ])('a right that enhanced fan-out lacks is explained: %#', (output, cause, todo) => {
    const advice = adviceAfterFailure(output, 'UPDATE_ROLLBACK_COMPLETE', target);
    expect(advice).toContain(cause);
    expect(advice).toContain(todo);
    expect(advice).toContain('--param streamFanOut=off');
  });

  it('a stream that a role may not read without fan-out says nothing of fan-out', () => {
    const output = 'Cannot access stream arn:aws:kinesis:eu-central-1:123456789012:stream/starling-dev-artifacts.';
    expect(adviceAfterFailure(output, undefined, target)).toBe('');
  });

  it('a stack that is as it was is said to be', () => {
    expect(adviceAfterFailure('UPDATE_FAILED: Fn', 'UPDATE_ROLLBACK_COMPLETE', target)).toBe(
      'The stack starling-dev is as it was before (UPDATE_ROLLBACK_COMPLETE).',
    );
  });
});
