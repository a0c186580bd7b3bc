import { describe, expect, it } from 'vitest';
import { parseRoles } from '#deployment/plugin/roles/options.ts';
import { roles } from '#deployment/plugin/roles/step.ts';
import type { Resource, Template } from '#deployment/plugin/template.ts';
import { serverlessOf, silent } from './serverless.ts';

const path = '/starling/dev/';
const boundary = 'arn:aws:iam::123456789012:policy/teams/boundary';

async function rolesWith(custom: Record<string, unknown>): Promise<Record<string, Resource['Properties']>> {
  const template: Template = {
    Resources: {
      One: { Type: 'AWS::IAM::Role', Properties: {} },
      Placed: { Type: 'AWS::IAM::Role', Properties: { Path: '/starling/' } },
      Table: { Type: 'AWS::DynamoDB::Table', Properties: {} },
    },
  };
  const moments = roles(serverlessOf({}, { template, custom: { roles: custom } }), silent);
  await moments.prepare?.();
  await moments.finish?.();
  return Object.fromEntries(Object.entries(template.Resources).map(([id, { Properties }]) => [id, Properties]));
}

describe('the roles of a stage', () => {
  it('stand under its path, unless they have another one', async () => {
    expect(await rolesWith({ path, permissionsBoundary: '', tags: '' })).toEqual({
      One: { Path: path },
      Placed: { Path: '/starling/' },
      Table: {},
    });
  });

  it('take a boundary and tags', async () => {
    const Tags = [
      { Key: 'team', Value: 'payments' },
      { Key: 'cost-centre', Value: 'a=b' },
    ];
    const all = { PermissionsBoundary: boundary, Tags };
    expect(await rolesWith({ path, permissionsBoundary: boundary, tags: 'team=payments, cost-centre=a=b' })).toEqual({
      One: { Path: path, ...all },
      Placed: { Path: '/starling/', ...all },
      Table: {},
    });
  });

  it.each([
    [{}, `'path' (rolePath) is "", but takes a path that only this stage uses`],
    [{ path: '/' }, `'path' (rolePath) is "/"`],
    [{ path: '/starling/*/' }, `'path' (rolePath) is "/starling/*/"`],
    [{ path: '/starling/dev' }, `'path' (rolePath) is "/starling/dev"`],
    [{ path, permissionsBoundary: 'boundary' }, `but takes the ARN of a policy`],
    [{ path, tags: 'team' }, `contains "team", but takes key=value`],
    [{ path, tags: 'aws:team=x' }, `contains "aws:team=x"`],
    [{ path, tags: 'team=a,team=b' }, `has the key "team" twice`],
    [{ path, tags: Array.from({ length: 51 }, (_, index) => `k${index}=v`).join() }, `51 tags, but IAM takes 50`],
    [{ path, boundary }, `unknown key 'boundary'. Use path, permissionsBoundary, tags.`],
  ])('refuse %j', (custom, message) => {
    expect(() => parseRoles(custom)).toThrow(message);
  });
});
