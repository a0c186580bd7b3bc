import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { LoadJob, LoadResult } from './load-protocol.ts';

/** The parent's side of the process that makes the load. */
export class LoadGenerator {
  readonly #child: ChildProcess = fork(path.join(import.meta.dirname, 'load.ts'));

  async run(job: LoadJob): Promise<LoadResult> {
    const exited = new AbortController();
    const fail = () => exited.abort(new Error('the process that makes the load ended'));
    this.#child.once('exit', fail);
    try {
      this.#child.send(job);
      const [result] = (await once(this.#child, 'message', { signal: exited.signal })) as [LoadResult];
      return result;
    } finally {
      this.#child.off('exit', fail);
    }
  }

  stop(): void {
    this.#child.kill();
  }
}
