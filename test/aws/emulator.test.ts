import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Emulator } from '#deployment/emulator/emulator.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';

const python = path.resolve(import.meta.dirname, '../../.venv/bin/python');
const folder = temporaryFolder();
const log = path.join(folder, 'emulator.log');
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const answers = async (endpoint: string) =>
  fetch(`${endpoint}/_ministack/health`).then(
    ({ ok }) => ok,
    () => false,
  );

// With an emulator that was there before (AWS_ENDPOINT_URL) none is installed.
describe.skipIf(!existsSync(python))('an emulator of our own (where one is installed)', () => {
  it('is there until it is stopped', async () => {
    const emulator = await Emulator.start({ python, log });
    expect(await answers(emulator.endpoint)).toBe(true);
    await emulator.stop();
    expect(await answers(emulator.endpoint)).toBe(false);
  });

  it('does not outlive a process that is killed', async () => {
    const script = path.join(import.meta.dirname, 'support/emulator-process.ts');
    const child = spawn(process.execPath, [script, python, log], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(child.stdout, 'data');
    const endpoint = String(line).trim();
    expect(await answers(endpoint)).toBe(true);
    child.kill('SIGKILL');
    await expect.poll(() => answers(endpoint), { timeout: 15_000 }).toBe(false);
  });

  it('that does not start shows the end of its log', async () => {
    const starting = Emulator.start({ python: '/bin/false', log });
    await expect(starting).rejects.toThrow(`The emulator of AWS did not start. The end of ${log}`);
  });
});
