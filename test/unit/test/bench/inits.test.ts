import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { measureInits } from '#test/bench/inits.ts';
import { environmentOf } from '#test/bench/packages.ts';

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'starling-inits-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return folder;
}

test('each module is imported with its environment, in a process of its own', async () => {
  const folder = folderWith({
    'quick.mjs':
      "if (process.env.STAGE !== 'dev' || globalThis.seen) throw new Error('wrong'); globalThis.seen = true; setInterval(() => {}, 1000); export const handler = awslambda.streamifyResponse(() => {});",
    'slow.mjs':
      'await new Promise((done) => setTimeout(done, 30)); console.log("{}"); export const handler = () => {};',
  });
  const module = (name: string) => path.join(folder, name);

  const { runs, empty, functions } = await measureInits(
    [
      { name: 'quick', module: module('quick.mjs'), size: 10, environment: { STAGE: 'dev' } },
      { name: 'slow', module: module('slow.mjs'), size: 20, environment: {} },
    ],
    { runs: 2, folder },
  );

  expect(runs).toBe(2);
  expect(empty.min).toBeGreaterThan(0);
  expect(functions.map(({ name, size }) => [name, size])).toEqual([
    ['quick', 10],
    ['slow', 20],
  ]);
  // It waits for as long by itself, however fast the machine.
  expect(functions[1]?.imported.min).toBeGreaterThanOrEqual(29);
  for (const { imported, ratio } of functions) {
    expect(imported.max).toBeGreaterThanOrEqual(imported.min);
    expect(ratio).toBeGreaterThan(0);
  }
});

test.each([
  ['a module that refuses to start', 'throw new Error("STARLING_STAGE is not set");', 'STARLING_STAGE is not set'],
  ['a module without a handler', 'export const other = 1;', 'exports no handler'],
])('%s ends the measurement with its reason', async (_, code, reason) => {
  const folder = folderWith({ 'broken.mjs': code });
  const broken = { name: 'broken', module: path.join(folder, 'broken.mjs'), size: 1, environment: {} };
  await expect(measureInits([broken], { runs: 1, folder })).rejects.toThrow(reason);
});

test('what only a deployment knows has something in its place', () => {
  expect(
    environmentOf('echo', {
      STARLING_STAGE: 'dev',
      STARLING_WAIT: 25,
      STARLING_BLOBS: { Ref: 'BlobBucket' },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholders
      STARLING_ISSUER: { 'Fn::Sub': 'https://cognito-idp.${AWS::Region}.amazonaws.com/${UserPool}' },
    }),
  ).toMatchObject({
    STARLING_STAGE: 'dev',
    STARLING_WAIT: '25',
    STARLING_BLOBS: 'blobbucket',
    STARLING_ISSUER: 'https://cognito-idp.awsregion.amazonaws.com/userpool',
    AWS_LAMBDA_FUNCTION_NAME: 'echo',
  });
  expect(() => environmentOf('echo', { A: { 'Fn::GetAtt': ['Stream', 'Arn'] } })).toThrow('Fn::GetAtt');
});
