import { afterEach, describe, expect, it, vi } from 'vitest';
import { leftOut } from '#deployment/plugin/emulator/leave-out.ts';
import { emulator } from '#deployment/plugin/emulator/step.ts';
import type { Resource, Template } from '#deployment/plugin/template.ts';
import { serverlessOf, silent } from './serverless.ts';

const resource = (Type: string, rest: Partial<Resource> = {}): Resource => ({ Type, Properties: {}, ...rest });

function template(): Template {
  return {
    Resources: {
      Archive: resource('AWS::Events::Archive'),
      Sampling: resource('AWS::XRay::SamplingRule'),
      Consumer: resource('AWS::Kinesis::StreamConsumer', { Properties: { StreamARN: { 'Fn::GetAtt': ['S', 'Arn'] } } }),
      Chunks: resource('AWS::Lambda::EventSourceMapping', {
        Properties: { EventSourceArn: { Ref: 'Consumer' }, BatchSize: 100 },
        DependsOn: ['Role', 'Consumer'],
      }),
      Role: resource('AWS::IAM::Role', { Properties: { Policies: [{ Resource: [{ Ref: 'Consumer' }] }] } }),
      Registry: resource('AWS::EventSchemas::Registry'),
      Schema: resource('AWS::EventSchemas::Schema', { DependsOn: 'Registry' }),
      Bus: resource('AWS::Events::EventBus', { DependsOn: 'Archive' }),
      Queue: resource('AWS::SQS::Queue', { DependsOn: ['Archive', 'Bus'] }),
      Method: resource('AWS::ApiGateway::Method', {
        Properties: {
          HttpMethod: 'GET',
          Integration: {
            Type: 'AWS_PROXY',
            ResponseTransferMode: 'STREAM',
            TimeoutInMillis: 900_000,
            Uri: { 'Fn::Join': ['', ['x:lambda:path/2021-11-15/functions/', '/response-streaming-invocations']] },
          },
        },
      }),
      Gateway: resource('AWS::Lambda::Function', {
        Properties: { Environment: { Variables: { STARLING_RESPONSES: 'stream', STARLING_STAGE: 'dev' } } },
      }),
      Echo: resource('AWS::Lambda::Function', {
        Properties: { Environment: { Variables: { STARLING_STAGE: 'dev' } } },
      }),
    },
    Outputs: {
      Bus: { Value: { Ref: 'Bus' } },
      Archive: { Value: { 'Fn::GetAtt': ['Archive', 'Arn'] } },
      Both: { Value: { 'Fn::Join': ['', [{ Ref: 'Schema' }, 'x']] } },
    },
  };
}

async function packaged(): Promise<Template> {
  const made = template();
  await emulator(serverlessOf({}, { template: made }), silent).finish?.();
  return made;
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('for an emulator', () => {
  it('the template is without what emulators refuse, and else the same', async () => {
    vi.stubEnv('STARLING_EMULATOR', '1');
    expect(await packaged()).toEqual({
      Resources: {
        Chunks: resource('AWS::Lambda::EventSourceMapping', {
          Properties: { EventSourceArn: { 'Fn::GetAtt': ['S', 'Arn'] }, BatchSize: 100 },
          DependsOn: ['Role'],
        }),
        Role: resource('AWS::IAM::Role', {
          Properties: { Policies: [{ Resource: [{ 'Fn::GetAtt': ['S', 'Arn'] }] }] },
        }),
        Bus: resource('AWS::Events::EventBus'),
        Queue: resource('AWS::SQS::Queue', { DependsOn: ['Bus'] }),
        Method: resource('AWS::ApiGateway::Method', {
          Properties: {
            HttpMethod: 'GET',
            Integration: {
              Type: 'AWS_PROXY',
              Uri: { 'Fn::Join': ['', ['x:lambda:path/2015-03-31/functions/', '/invocations']] },
            },
          },
        }),
        Gateway: resource('AWS::Lambda::Function', {
          Properties: { Environment: { Variables: { STARLING_RESPONSES: 'buffered', STARLING_STAGE: 'dev' } } },
        }),
        Echo: resource('AWS::Lambda::Function', {
          Properties: { Environment: { Variables: { STARLING_STAGE: 'dev' } } },
        }),
      },
      Outputs: { Bus: { Value: { Ref: 'Bus' } } },
    });
  });

  it('the list is this one', () => {
    expect(leftOut).toEqual([
      'AWS::Events::Archive',
      'AWS::Events::EventBusPolicy',
      'AWS::EventSchemas::Registry',
      'AWS::EventSchemas::Schema',
      'AWS::Kinesis::ResourcePolicy',
      'AWS::Kinesis::StreamConsumer',
      'AWS::XRay::SamplingRule',
    ]);
  });

  it.each(['', '0', 'true'])('STARLING_EMULATOR has to be 1, and is not when it is "%s"', async (value) => {
    vi.stubEnv('STARLING_EMULATOR', value);
    expect(await packaged()).toEqual(template());
  });
});
