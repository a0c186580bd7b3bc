import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { fixtureConfig, Mesh } from '#test/support/mesh.ts';
import { describeWith } from '../tools.ts';

/** A start syncs less than this by each thread; from here on the disk refuses every sync, as a broken one does. */
const SYNCS = 20;

const refusing = ['strace', '-D', '-f', '--seccomp-bpf', '-o', '/dev/null'].concat(
  ['-e', 'trace=fdatasync'],
  ['-e', 'signal=none'],
  ['-e', `inject=fdatasync:error=EIO:when=${SYNCS}+`],
);

let data: string;
beforeEach(() => {
  data = temporaryFolder();
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

describeWith(['strace'], 'a disk that refuses to sync', () => {
  it('ends the mesh with a reason, acknowledges nothing more, and loses nothing that was', {
    timeout: 120_000,
  }, async () => {
    // Syncs by io_uring are no system calls of their own.
    const mesh = await Mesh.start({ config: fixtureConfig, data, under: refusing, env: { UV_USE_IO_URING: '0' } });
    const acknowledged: string[] = [];
    let refused: unknown;
    while (refused === undefined) {
      await mesh.send('echo', 'hello').then(
        ({ id }) => acknowledged.push(id),
        (error: unknown) => {
          refused = error;
        },
      );
    }
    expect(await mesh.exited).toEqual({ code: 1, signal: null });
    expect(mesh.output).toContain('the mesh cannot go on');
    expect(mesh.output).toContain(`The disk refused to sync ${data}/starling.db: EIO`);
    expect(acknowledged).not.toEqual([]);

    const next = await Mesh.start({ config: fixtureConfig, data });
    for (const id of acknowledged) expect((await next.task('echo', id)).status.state).toBe('TASK_STATE_COMPLETED');
    expect((await next.send('echo', 'again')).status.state).toBe('TASK_STATE_COMPLETED');
    await next.stop();
  });
});
