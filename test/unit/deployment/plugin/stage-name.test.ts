import { expect, it } from 'vitest';
import { stage } from '#deployment/plugin/stage/step.ts';
import { serverlessOf, silent } from './serverless.ts';

const prepare = async (name: string) => {
  const serverless = {
    ...serverlessOf({}),
    getProvider: () => ({ ...serverlessOf({}).getProvider('aws'), getStage: () => name }),
  };
  await stage(serverless, silent).prepare?.();
};

it.each(['dev', 'prod', 'team-2', 'a'])('a stage may be %s', async (name) => {
  await expect(prepare(name)).resolves.toBeUndefined();
});

it.each(['Dev', '2nd', 'a_b', 'dev-', 'a'.repeat(21), '', 'aws', 'laws', 'amazon-1', 'cognito'])(
  'a stage cannot be "%s"',
  async (name) => {
    await expect(prepare(name)).rejects.toThrow(`The stage is "${name}", but `);
  },
);
