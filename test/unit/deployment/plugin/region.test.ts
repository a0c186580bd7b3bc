import { describe, expect, it } from 'vitest';
import { region } from '#deployment/plugin/region/step.ts';
import type { Resource, Template } from '#deployment/plugin/template.ts';
import { serverlessOf, silent } from './serverless.ts';

const resource = (Type: string): Resource => ({ Type, Properties: {} });

async function typesIn(regionLacks?: string): Promise<string[]> {
  const template: Template = {
    Resources: {
      Archive: resource('AWS::Events::Archive'),
      Registry: resource('AWS::EventSchemas::Registry'),
      Schema: resource('AWS::EventSchemas::Schema'),
      Policy: resource('AWS::Kinesis::ResourcePolicy'),
      Bus: resource('AWS::Events::EventBus'),
    },
  };
  const custom = regionLacks === undefined ? {} : { regionLacks };
  const moments = region(serverlessOf({}, { template, custom }), silent);
  await moments.finish?.();
  return Object.values(template.Resources).map(({ Type }) => Type);
}

const bus = 'AWS::Events::EventBus';
const archive = 'AWS::Events::Archive';
const streamPolicy = 'AWS::Kinesis::ResourcePolicy';
const schemas = ['AWS::EventSchemas::Registry', 'AWS::EventSchemas::Schema'];

describe('what a region lacks', () => {
  it.each([
    [undefined, [archive, ...schemas, streamPolicy, bus]],
    ['', [archive, ...schemas, streamPolicy, bus]],
    ['schemas', [archive, streamPolicy, bus]],
    ['archive', [...schemas, streamPolicy, bus]],
    ['archive, schemas', [streamPolicy, bus]],
    ['streamPolicy', [archive, ...schemas, bus]],
  ])('%j', async (regionLacks, left) => {
    expect(await typesIn(regionLacks)).toEqual(left);
  });

  it('has to be something that the mesh can do without', async () => {
    await expect(typesIn('schemas,cognito')).rejects.toThrow(
      "unknown word 'cognito'. Use archive, schemas, streamPolicy",
    );
  });
});
