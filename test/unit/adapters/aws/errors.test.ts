import { EventBridgeClient, ListEventBusesCommand } from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventBridgeClient } from '#adapters/aws/clients/eventbridge.ts';
import { AwsError, awsError, calling } from '#adapters/aws/errors.ts';
import { ConfigurationError } from '#shared/errors.ts';
import { Failure, FakeAws } from '#test/support/fake-aws.ts';

const call = { action: 'events:ListEventBuses', resource: 'the bus starling-dev' };
const named = (name: string, message = '') => Object.assign(new Error(message), { name });

describe('what AWS answers', () => {
  let aws: FakeAws;
  beforeEach(async () => {
    aws = await FakeAws.start();
  });
  afterEach(() => aws.close());

  it.each([
    ['UnrecognizedClientException', 'AWS_CREDENTIALS_REFUSED', 'AWS_PROFILE'],
    ['InvalidSignatureException', 'AWS_CREDENTIALS_REFUSED', 'Check the keys'],
    ['ExpiredTokenException', 'AWS_CREDENTIALS_EXPIRED', 'aws sso login'],
    ['AccessDeniedException', 'AWS_ACCESS_DENIED', 'events:ListEventBuses on the bus starling-dev'],
    ['ResourceNotFoundException', 'AWS_NOT_FOUND', 'npm run deploy'],
    ['LimitExceededException', 'AWS_THROTTLED', 'quota'],
    ['ValidationException', 'AWS_FAILED', 'ValidationException'],
  ])('%s is %s and says what to do', async (code, expected, advice) => {
    aws.on('ListEventBuses', () => new Failure(code));
    const client = new EventBridgeClient({ ...aws.options, maxAttempts: 1 });
    const error = await calling(call, () => client.send(new ListEventBusesCommand())).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(AwsError);
    expect(error).toMatchObject({ code: expected, call, cause: { name: code } });
    expect(error.message).toContain(advice);
  });

  it('is tried again by the client, and reported once it goes on', async () => {
    aws.on('ListEventBuses', () => new Failure('ThrottlingException'));
    const client = eventBridgeClient(aws.options);
    await expect(calling(call, () => client.send(new ListEventBusesCommand()))).rejects.toMatchObject({
      code: 'AWS_THROTTLED',
    });
    expect(aws.inputs('ListEventBuses')).toHaveLength(4);
  });
});

describe('what never reaches AWS', () => {
  it('has no credentials', async () => {
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
    const client = eventBridgeClient({ region: 'us-east-1', endpoint: 'http://127.0.0.1:1' });
    await expect(calling(call, () => client.send(new ListEventBusesCommand()))).rejects.toMatchObject({
      code: 'AWS_NO_CREDENTIALS',
      message: expect.stringContaining('aws sso login'),
    });
    vi.unstubAllEnvs();
  });

  it('finds nobody at the endpoint', async () => {
    const aws = await FakeAws.start();
    const { options } = aws;
    await aws.close();
    const client = eventBridgeClient(options);
    await expect(calling(call, () => client.send(new ListEventBusesCommand()))).rejects.toMatchObject({
      code: 'AWS_UNREACHABLE',
      message: expect.stringContaining(`at ${options.endpoint?.slice('http://'.length)}`),
    });
  });
});

it.each([
  [named('CredentialsProviderError', 'Could not load credentials from any providers'), 'AWS_NO_CREDENTIALS'],
  [
    named('CredentialsProviderError', 'The SSO session associated with this profile has expired.'),
    'AWS_CREDENTIALS_EXPIRED',
  ],
  [named('InvalidSignatureException', 'Signature expired: 20260101T000000Z is now earlier than'), 'AWS_CLOCK'],
  [named('RequestTimeTooSkewed'), 'AWS_CLOCK'],
  [named('PermanentRedirect'), 'AWS_WRONG_REGION'],
  [named('AuthorizationHeaderMalformed'), 'AWS_WRONG_REGION'],
  [new Error('Region is missing'), 'AWS_WRONG_REGION'],
  [named('AWS.SimpleQueueService.NonExistentQueue'), 'AWS_NOT_FOUND'],
  [named('com.amazon.coral.service#AccessDeniedException'), 'AWS_ACCESS_DENIED'],
  [named('NoSuchBucket'), 'AWS_NOT_FOUND'],
  [named('BucketAlreadyExists'), 'AWS_NAME_TAKEN'],
  [named('TimeoutError', 'socket hang up'), 'AWS_UNREACHABLE'],
  [
    Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND', hostname: 'events.eu-north-9.amazonaws.com' }),
    'AWS_UNREACHABLE',
  ],
  [new AggregateError([Object.assign(new Error(), { code: 'ECONNREFUSED' })]), 'AWS_UNREACHABLE'],
  [new Error('outer', { cause: Object.assign(new Error(), { code: 'ETIMEDOUT' }) }), 'AWS_UNREACHABLE'],
  ['a text', 'AWS_FAILED'],
])('%s is %s', (error, code) => {
  const made = awsError(error, call);
  expect(made).toMatchObject({ name: 'AwsError', code, cause: error });
  expect(made.message).not.toContain('undefined');
});

it('names the host that has no address', () => {
  const error = Object.assign(new Error('getaddrinfo'), {
    code: 'ENOTFOUND',
    hostname: 'events.eu-north-9.amazonaws.com',
  });
  expect(awsError(error, call).message).toContain('at events.eu-north-9.amazonaws.com');
});

it('has the text of an error without a code', () => {
  expect(awsError(new Error('Invalid MD5 checksum'), call).message).toContain('Invalid MD5 checksum');
});

it('passes errors of ours as they are', async () => {
  const ours = new ConfigurationError('ours');
  await expect(calling(call, () => Promise.reject(ours))).rejects.toBe(ours);
});
