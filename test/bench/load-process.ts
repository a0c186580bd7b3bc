import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** The parent's side of a process that takes one job after the other and answers each with its result. */
export class LoadProcess<Job extends object, Result> {
  readonly #child: ChildProcess;

  /** @param script which takes jobs by `answerJobs` */
  constructor(script: string) {
    this.#child = fork(script);
  }

  async run(job: Job): Promise<Result> {
    const exited = new AbortController();
    const fail = () => exited.abort(new Error('the process that makes the load ended'));
    this.#child.once('exit', fail);
    try {
      this.#child.send(job);
      const [result] = (await once(this.#child, 'message', { signal: exited.signal })) as [Result];
      return result;
    } finally {
      this.#child.off('exit', fail);
    }
  }

  stop(): void {
    this.#child.kill();
  }
}

/** The child's side. What a job throws ends the process, and with it the run. */
export function answerJobs<Job, Result>(answer: (job: Job) => Promise<Result>): void {
  process.on('message', (job: Job) => {
    void answer(job).then((result) => process.send?.(result));
  });
}
