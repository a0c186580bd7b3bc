import { describe, expect, it } from 'vitest';
import { readAwsAgentSettings, readAwsAuthorizerSettings, readAwsSettings } from '#hosts/runtimes/aws-settings.ts';
import { ConfigurationError } from '#shared/errors.ts';

const agent = { AWS_REGION: 'eu-central-1', STARLING_STAGE: 'prod', STARLING_BLOBS: 'blobs' };
const mesh = {
  ...agent,
  STARLING_ISSUER: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_abc',
  STARLING_PUBLIC_URL: 'https://id.execute-api.eu-central-1.amazonaws.com/prod/',
  STARLING_TOKEN_URL: 'https://starling.auth.eu-central-1.amazoncognito.com/oauth2/token',
};

describe('the settings of a deployed agent', () => {
  it('follow from its stage', () => {
    const env = {
      ...agent,
      STARLING_MAX_RECEIVE_COUNT: '3',
      STARLING_FIFO_QUEUE: 'starling-prod-echo.fifo',
      AWS_LAMBDA_FUNCTION_NAME: 'starling-prod-echo',
    };
    expect(readAwsAgentSettings(env)).toEqual({
      service: 'starling-prod-echo',
      functionName: 'starling-prod-echo',
      stage: 'prod',
      region: 'eu-central-1',
      endpoint: undefined,
      bus: 'starling-prod',
      artifactStream: 'starling-prod-artifacts',
      workingAfterMs: 1_000,
      blobs: 'blobs',
      pipedQueue: 'starling-prod-echo.fifo',
      logLevel: 'INFO',
      maxReceiveCount: 3,
    });
  });

  it('take the address of an emulator', () => {
    expect(readAwsAgentSettings({ ...agent, AWS_ENDPOINT_URL: 'http://127.0.0.1:4566/' }).endpoint).toBe(
      'http://127.0.0.1:4566',
    );
  });
});

it('the settings of a deployment are used in the form in which they were checked', () => {
  const spoilt = Object.fromEntries(Object.entries(mesh).map(([name, value]) => [name, ` ${value}\r\n`]));
  expect(readAwsSettings(spoilt)).toEqual(readAwsSettings(mesh));
  expect(readAwsAgentSettings(spoilt)).toEqual(readAwsAgentSettings(agent));
  expect(() => readAwsSettings({ ...mesh, STARLING_BLOBS: '\r\n' })).toThrow(/^STARLING_BLOBS is not set/);
});

describe('the settings of a deployed authorizer', () => {
  it('are where tokens come from, and no more', () => {
    const { AWS_REGION, STARLING_STAGE, STARLING_ISSUER } = mesh;
    expect(readAwsAuthorizerSettings({ AWS_REGION, STARLING_STAGE, STARLING_ISSUER })).toEqual({
      service: 'starling',
      functionName: undefined,
      stage: 'prod',
      region: 'eu-central-1',
      endpoint: undefined,
      logLevel: 'INFO',
      issuer: STARLING_ISSUER,
      jwksUrl: `${STARLING_ISSUER}/.well-known/jwks.json`,
    });
    expect(() => readAwsAuthorizerSettings({ AWS_REGION, STARLING_STAGE })).toThrow(/^STARLING_ISSUER is not set/);
  });
});

describe('the settings of a deployed function of the mesh', () => {
  it('have where clients come in and whose tokens count', () => {
    expect(readAwsSettings(mesh)).toMatchObject({
      waitMs: 25_000,
      maxBodyBytes: 4_194_304,
      maxAnswerBytes: 5_242_880,
      card: '1.0',
      url: 'https://id.execute-api.eu-central-1.amazonaws.com/prod',
      tokenUrl: mesh.STARLING_TOKEN_URL,
      issuer: mesh.STARLING_ISSUER,
      jwksUrl: `${mesh.STARLING_ISSUER}/.well-known/jwks.json`,
      responses: 'buffered',
      maxReceiveCount: 1,
    });
    expect(readAwsSettings({ ...mesh, STARLING_RESPONSES: 'stream' }).responses).toBe('stream');
  });

  it('name all that is missing at once', () => {
    expect(() => readAwsSettings({ AWS_REGION: 'us-east-1', STARLING_BLOBS: '' })).toThrow(
      new ConfigurationError(
        "STARLING_STAGE, STARLING_BLOBS, STARLING_ISSUER, STARLING_PUBLIC_URL, STARLING_TOKEN_URL are not set. A deployment from serverless.yml sets every variable: deploy it again, or set what is missing in the function's environment.",
      ),
    );
    expect(() => readAwsAgentSettings({ ...agent, STARLING_STAGE: undefined })).toThrow(/^STARLING_STAGE is not set/);
  });

  it.each([
    ['STARLING_ISSUER', 'cognito', 'takes an address'],
    ['STARLING_RESPONSES', 'sse', 'takes one of stream, buffered'],
    ['STARLING_MAX_RECEIVE_COUNT', '0', 'takes receives from 1 to 1000'],
    ['STARLING_WAIT', 'long', 'takes seconds from 0'],
  ])('refuse %s=%s', (name, value, problem) => {
    expect(() => readAwsSettings({ ...mesh, [name]: value })).toThrow(problem);
  });
});
