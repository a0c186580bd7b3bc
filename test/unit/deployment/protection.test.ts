import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { protectStack } from '#deployment/stack/protection.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';

const target = { stage: 'prod', region: 'eu-central-1', endpoint: undefined };
const answer = `<UpdateTerminationProtectionResponse><UpdateTerminationProtectionResult><StackId>prod</StackId>
</UpdateTerminationProtectionResult></UpdateTerminationProtectionResponse>`;

let folder: string;
let server: Server;
const asked: Record<string, string>[] = [];

beforeEach(async () => {
  folder = temporaryFolder();
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push(Object.fromEntries(new URLSearchParams(body)));
    response.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
});
afterEach(() => {
  vi.unstubAllEnvs();
  asked.length = 0;
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The state that serverless writes beside a package. */
function packaged(deletionProtection: unknown): string {
  mkdirSync(folder, { recursive: true });
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
