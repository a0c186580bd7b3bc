import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { protectStack } from '#deployment/stack/protection.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { fakeEndpoint } from './fake-endpoint.ts';

const target = { stage: 'prod', region: 'eu-central-1', endpoint: undefined };
const answer = `<UpdateTerminationProtectionResponse><UpdateTerminationProtectionResult><StackId>prod</StackId>
</UpdateTerminationProtectionResult></UpdateTerminationProtectionResponse>`;

let folder: string;
let endpoint: { close(): void };
const asked: Readonly<Record<string, string>>[] = [];

beforeEach(async () => {
  folder = temporaryFolder();
  endpoint = await fakeEndpoint(({ input }) => {
    asked.push(input);
    return { status: 200, body: answer };
  });
});
afterEach(() => {
  endpoint.close();
  asked.length = 0;
  rmSync(folder, { recursive: true, force: true });
});

/** The state that serverless writes beside a package. */
function packaged(deletionProtection: unknown): string {
  const state = { service: { custom: { tables: { deletionProtection } } } };
  writeFileSync(path.join(folder, 'serverless-state.json'), JSON.stringify(state));
  return folder;
}

it.each([true, 'true'])('a stage with deletionProtection %j gets a protected stack', async (deletionProtection) => {
  await protectStack(target, packaged(deletionProtection));
  expect(asked).toMatchObject([
    { Action: 'UpdateTerminationProtection', StackName: 'starling-prod', EnableTerminationProtection: 'true' },
  ]);
});

it.each([false, 'false'])('a stage with deletionProtection %j keeps its stack as it is', async (deletionProtection) => {
  await protectStack(target, packaged(deletionProtection));
  expect(asked).toEqual([]);
});
