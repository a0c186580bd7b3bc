import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { failingStart, fixtureConfig, Mesh } from '#test/support/mesh.ts';
import { textMessage } from '#test/support/mesh-client.ts';
import { describeOnSmallDisk, SmallDisk } from '#test/support/small-disk.ts';

const patience = { timeout: 30_000, interval: 100 };
const large = 'x'.repeat(20_000);

describeOnSmallDisk('a start on a full disk', { timeout: 60_000 }, () => {
  // From no room for the first page to none for the client's file.
  it.for([4, 16, 200, 400])(
    'of %i KB says so and ends with exit code 1, and leaves nothing that the next start would stumble over',
    async (kilobytes) => {
      const disk = new SmallDisk(kilobytes);
      try {
        const { code, output } = await failingStart({ config: fixtureConfig, data: `${disk.folder}/data` });
        expect(code).toBe(1);
        expect(output).toMatch(/full|no room|no space/i);
        expect(output).not.toMatch(/^\s+at /m);
        disk.resize(8_000);
        const mesh = await Mesh.start({ config: fixtureConfig, data: `${disk.folder}/data` });
        expect((await mesh.send('echo', 'there is room now')).status.state).toBe('TASK_STATE_COMPLETED');
        expect(await mesh.stop()).toEqual({ code: 0, signal: null });
      } finally {
        disk.remove();
      }
    },
  );
});

const prlimit = spawnSync('prlimit', ['--fsize=unlimited', 'true']).status === 0;

describe.skipIf(!prlimit)(
  `a limit on the size of files${prlimit ? '' : ' (skipped: no prlimit here)'}`,
  { timeout: 60_000 },
  () => {
    it('kills nothing: calls are refused, and taken once it is raised', async () => {
      // A process over the limit gets SIGXFSZ, which ends it unless it is ignored.
      const mesh = await Mesh.start({ config: fixtureConfig, under: ['prlimit', '--fsize=1500000:unlimited'] });
      const params = () => ({ message: textMessage(large), configuration: { returnImmediately: true } });
      const first = await mesh.send('echo', large);
      await expect.poll(async () => (await mesh.rpc('echo', 'SendMessage', params())).status, patience).toBe(503);
      expect((await mesh.task('echo', first.id)).id).toBe(first.id);
      expect(mesh.output).toContain('the limit on the size of files (ulimit -f)');

      execFileSync('prlimit', ['--fsize=unlimited', '--pid', String(mesh.pid)]);
      expect((await mesh.send('echo', large)).status.state).toBe('TASK_STATE_COMPLETED');
      expect(await mesh.stop()).toEqual({ code: 0, signal: null });
    });
  },
);
