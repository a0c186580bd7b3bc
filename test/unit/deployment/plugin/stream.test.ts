import { describe, expect, it } from 'vitest';
import { stream } from '#deployment/plugin/stream/step.ts';
import type { ResourceMap } from '#deployment/plugin/template.ts';
import { functionOf, serverlessOf, silent } from './serverless.ts';

const arn = { 'Fn::GetAtt': ['Stream', 'Arn'] };

/** The event and the resources after packaging a function `chunks` with this event. */
async function packaged(event: Record<string, unknown>): Promise<{ event: unknown; resources: ResourceMap }> {
  const serverless = serverlessOf({
    chunks: functionOf({ events: [{ schedule: 'rate(1 minute)' }, { stream: event }] }),
  });
  const { prepare, compile } = stream(serverless, silent);
  await prepare?.();
  await compile?.();
  return { event, resources: serverless.service.provider.compiledCloudFormationTemplate.Resources };
}

const consumer = {
  chunksStreamConsumer: {
    Type: 'AWS::Kinesis::StreamConsumer',
    Properties: { StreamARN: arn, ConsumerName: 'starling-dev-chunks' },
  },
};

describe('a stream', () => {
  it.each([{ fanOut: 'on' }, { consumer: true }, { fanOut: 'off', consumer: true }])(
    'with %j has a consumer, which osls maps to the function',
    async (option) => {
      const { event, resources } = await packaged({ arn, ...option });
      expect(event).toMatchObject({ arn, consumer: { Ref: 'chunksStreamConsumer' } });
      expect(resources).toEqual(consumer);
    },
  );

  it.each([{}, { fanOut: 'off' }, { fanOut: 'on', enabled: false }, { consumer: true, enabled: false }])(
    'with %j has none',
    async (option) => {
      const { event, resources } = await packaged({ arn, ...option });
      expect(event).not.toHaveProperty('consumer');
      expect(resources).toEqual({});
    },
  );

  it('keeps a consumer that exists', async () => {
    const own = 'arn:aws:kinesis:eu-west-1:123456789012:stream/chunks/consumer/mine:1';
    const { event, resources } = await packaged({ arn, consumer: own });
    expect(event).toEqual({ arn, consumer: own });
    expect(resources).toEqual({});
  });

  it('that says it twice is told which to remove', async () => {
    await expect(packaged({ arn, fanOut: 'on', consumer: true })).rejects.toThrow(
      /^functions\.chunks\.events\.stream: 'consumer' already gives .* Remove 'consumer' or 'fanOut'\.$/,
    );
  });
});
