import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GuardedFunction } from '#hosts/functions/guarded.ts';
import { Isolation } from '#hosts/functions/isolation.ts';
import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import { systemClock } from '#shared/ports/clock.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { sqsRecord } from '#test/support/lambda.ts';
import type { WiredFunction } from '#wiring/types.ts';

let folder: string;
let isolation: Isolation;
let guarded: GuardedFunction;
beforeEach(() => {
  folder = temporaryFolder();
  isolation = new Isolation(folder, systemClock);
  const file = path.resolve(import.meta.dirname, '../../../fixtures/functions/where.ts');
  const wired = { name: 'where', handler: { file, exportName: 'handler', at: 'here' }, timeout: 20, memorySize: 256 };
  const log = { warn() {}, error() {} };
  const runtime = {
    clock: systemClock,
    settings: {},
    functionSettings: () => ({ maxReceiveCount: 3 }),
    excusedReceives: () => 0,
    log,
  };
  guarded = new GuardedFunction(
    { ...wired, subscriptions: [] } as unknown as WiredFunction,
    runtime as unknown as StandaloneRuntime,
    isolation,
  );
});
afterEach(async () => {
  await guarded.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The ids that ran in a thread, because the handler reports them as failed. */
async function isolatedOf(...ids: string[]): Promise<readonly string[]> {
  const Records = ids.map((messageId) => ({ ...sqsRecord({}), messageId }));
  const { batchItemFailures } = (await guarded.invoke({ Records })) as {
    readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
  };
  return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

it('runs in process', async () => {
  expect(await isolatedOf('a', 'b')).toEqual([]);
});

it('isolates the messages that the list names, and no others of their batch', async () => {
  isolation.addMessages(['b']);
  expect(await isolatedOf('a', 'b', 'c')).toEqual(['b']);
  expect(await isolatedOf('b')).toEqual(['b']);
});

it('isolates every message of a function that the list names', async () => {
  isolation.addFunction('where');
  expect(await isolatedOf('a', 'b')).toEqual(['a', 'b']);
});

it('adds a function to the list that ends its thread, and fails only the message that did it', async () => {
  isolation.addMessages(['exit', 'b']);
  expect(await isolatedOf('a', 'exit', 'b')).toEqual(['exit', 'b']);
  expect(isolation.hasFunction('where')).toBe(true);
});

it('runs a message in process again, when a thread has handled it', async () => {
  isolation.addMessages(['done']);
  await isolatedOf('other');
  expect(isolation.isEmpty).toBe(false);
  await isolatedOf('done');
  expect(isolation.isEmpty).toBe(true);
});
