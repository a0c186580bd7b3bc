import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Isolation } from '#hosts/functions/isolation.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';

let folder: string;
let now = 1_000;
const open = () => new Isolation(folder, { now: () => now });
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('outlives the process', () => {
  expect(open().isEmpty).toBe(true);
  open().addFunction('slow');
  open().addMessages(['one', 'two']);
  const next = open();
  expect(next.isEmpty).toBe(false);
  expect([next.hasFunction('slow'), next.hasFunction('other')]).toEqual([true, false]);
  expect([next.hasMessage('one'), next.hasMessage('three')]).toEqual([true, false]);
});

it('lets a function run in process again after an hour', () => {
  open().addFunction('slow');
  now += 3_600_000;
  expect(open().hasFunction('slow')).toBe(false);
  expect(open().isEmpty).toBe(true);
});

it('forgets messages that are done', () => {
  open().addMessages(['one', 'two']);
  const isolation = open();
  isolation.removeMessages(['one', 'other']);
  expect([isolation.hasMessage('one'), isolation.hasMessage('two')]).toEqual([false, true]);
  isolation.removeMessages(['two']);
  expect([isolation.isEmpty, open().isEmpty]).toEqual([true, true]);
});

it('keeps the newest messages', () => {
  open().addMessages(Array.from({ length: 10_001 }, (_, at) => `message-${at}`));
  expect([open().hasMessage('message-0'), open().hasMessage('message-10000')]).toEqual([false, true]);
});

it('begins empty when its file is cut off', () => {
  writeFileSync(path.join(folder, 'isolated.json'), '{"functions":');
  expect(open().isEmpty).toBe(true);
});
