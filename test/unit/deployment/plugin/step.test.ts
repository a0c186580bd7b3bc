import { expect, it } from 'vitest';
import { pluginOf, type Step } from '#deployment/plugin/step.ts';
import { serverlessOf, silent } from './serverless.ts';

it('at each moment the steps run in the order of their list, and each waits for the one before', async () => {
  const done: string[] = [];
  const step =
    (name: string): Step =>
    () => ({
      prepare: async () => {
        await new Promise(setImmediate);
        done.push(`prepare ${name}`);
      },
      finish: () => void done.push(`finish ${name}`),
    });
  const { hooks } = new (pluginOf([step('a'), () => ({}), step('b')]))(serverlessOf({}), {}, { log: silent });
  await hooks['after:aws:package:finalize:mergeCustomProviderResources']?.();
  await hooks['before:package:initialize']?.();
  await hooks['package:compileEvents']?.();
  expect(done).toEqual(['finish a', 'finish b', 'prepare a', 'prepare b']);
});

it('a step that fails ends the moment', async () => {
  const fail = () => {
    throw new Error('no');
  };
  const { hooks } = new (pluginOf([() => ({ bundle: fail }), () => ({ bundle: () => expect.unreachable() })]))(
    serverlessOf({}),
    {},
    { log: silent },
  );
  await expect(hooks['before:package:createDeploymentArtifacts']?.()).rejects.toThrow('no');
});
