import { expect, it } from 'vitest';
import { size } from '#deployment/plugin/size/step.ts';
import { functionOf, serverlessOf, silent } from './serverless.ts';

const check = async (agents: number) => {
  const names = Array.from({ length: agents }, (_, n) => `agent${n}x`);
  const ids = names.flatMap((name) => Array.from({ length: 10 }, (_, n) => `${name}Resource${n}`));
  const Resources = Object.fromEntries(ids.map((id) => [id, { Type: 'AWS::SQS::Queue', Properties: {} }]));
  const functions = Object.fromEntries(names.map((name) => [name, functionOf({})]));
  await size(serverlessOf(functions, { template: { Resources } }), silent).finish?.();
};

it('a stack takes a template with 500 resources', async () => {
  await expect(check(50)).resolves.toBeUndefined();
});

it('a larger template is refused, with its count and what to do', async () => {
  await expect(check(51)).rejects.toThrow(
    'The template of 51 functions has 510 resources, but a stack of CloudFormation takes 500. Make several agents',
  );
});
