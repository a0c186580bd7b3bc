import { globSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { schemas as schemasStep } from '#deployment/plugin/schemas/step.ts';
import { serverlessOf, silent } from './serverless.ts';

describe('the schema registry', () => {
  const serverless = serverlessOf({});
  schemasStep(serverless, silent).compile?.();
  const { SchemaRegistry, ...schemas } = serverless.service.provider.compiledCloudFormationTemplate.Resources;

  it('bears the name of the bus', () => {
    expect(SchemaRegistry).toMatchObject({
      Type: 'AWS::EventSchemas::Registry',
      Properties: { RegistryName: 'starling-dev' },
    });
  });

  it('has every event of schemas/, as OpenAPI', () => {
    const names = Object.values(schemas).map(({ Properties }) => Properties.SchemaName);
    const files = globSync('starling.*/*.json', { cwd: resolve(import.meta.dirname, '../../../../schemas') });
    expect(files.length).toBeGreaterThan(0);
    expect(names.toSorted()).toEqual(files.map((file) => `${dirname(file)}@${basename(file, '.json')}`).toSorted());
    for (const [id, { Type, Properties }] of Object.entries(schemas)) {
      expect(id).toMatch(/^Schema[A-Z][A-Za-z0-9]+$/);
      expect(Type).toBe('AWS::EventSchemas::Schema');
      expect(Properties).toMatchObject({
        RegistryName: { 'Fn::GetAtt': ['SchemaRegistry', 'RegistryName'] },
        Type: 'OpenApi3',
      });
      expect(JSON.parse(String(Properties.Content))).toMatchObject({ openapi: expect.stringMatching(/^3\./) });
    }
  });
});
