import { attemptOf } from '#shared/a2a/attempt-extension.ts';
import type { Artifact, Part, StreamResponse, Task, TaskStatus } from '#shared/a2a/types.ts';
import { isWaitingForClient, turnHasEnded } from '#shared/tasks/state.ts';
import { isText, partsText, partText } from './parts.ts';
import type { Printer } from './printer.ts';

/**
 * Prints the stream of a task: with `--json` each event on a line.
 *
 * @returns the task in its last state; undefined when the agent answered with a bare message
 */
export async function printTaskStream(
  printer: Printer,
  stream: AsyncIterable<StreamResponse>,
): Promise<Pick<Task, 'id' | 'status'> | undefined> {
  const taskPrinter = new TaskPrinter(printer);
  let last: Pick<Task, 'id' | 'status'> | undefined;
  try {
    for await (const response of stream) {
      if (printer.isJson) printer.print(JSON.stringify(response));
      else taskPrinter.print(response);
      if ('task' in response) last = response.task;
      else if ('statusUpdate' in response) {
        last = { id: response.statusUpdate.taskId, status: response.statusUpdate.status };
      }
    }
    if (!printer.isJson) taskPrinter.end();
  } finally {
    taskPrinter.endLine();
  }
  return last;
}

/** Prints the stream of a task while it comes: artifacts to stdout, chunk by chunk, and progress to stderr. */
export class TaskPrinter {
  readonly #printer: Printer;
  /** The artifact that was printed last. */
  #artifactId: string | undefined;
  #lineEnded = true;
  #status: TaskStatus | undefined;
  /** The attempt of the agent that the printed results are of. */
  #attempt = 1;

  constructor(printer: Printer) {
    this.#printer = printer;
  }

  print(response: StreamResponse): void {
    if ('task' in response) {
      const { status, artifacts = [] } = response.task;
      // A resumed stream begins with artifacts that were printed already.
      if (this.#status === undefined) for (const artifact of artifacts) this.#artifact(artifact, false);
      this.#status = status;
    } else if ('artifactUpdate' in response) {
      this.#markAttempt(attemptOf(response.artifactUpdate));
      this.#artifact(response.artifactUpdate.artifact, response.artifactUpdate.append);
    } else if ('statusUpdate' in response) {
      const { status } = response.statusUpdate;
      this.#markAttempt(attemptOf(response.statusUpdate));
      this.#status = status;
      if (!turnHasEnded(status.state) && status.message) this.#progress(partsText(status.message.parts));
    } else {
      this.#parts(response.message.parts);
    }
  }

  /** Prints the agent's last message where it is the answer or a question, and ends the line. */
  end(): void {
    const { state, message } = this.#status ?? {};
    const isAnswer = state === 'TASK_STATE_COMPLETED' && this.#artifactId === undefined;
    if (message && state && (isAnswer || isWaitingForClient(state))) {
      this.endLine();
      this.#parts(message.parts);
    }
    this.endLine();
  }

  /** What an attempt made does not count after a later attempt has begun. The person must not take both for the result. */
  #markAttempt(attempt: number): void {
    if (attempt <= this.#attempt) return;
    this.#attempt = attempt;
    this.#progress(`Attempt ${attempt} of the agent begins. It replaces the results of earlier attempts.`);
  }

  #progress(text: string): void {
    this.endLine();
    this.#printer.note(text);
  }

  #artifact({ artifactId, parts }: Artifact, append: boolean): void {
    // Without `append` an artifact begins: another one, or the same one made again by a later attempt.
    if (!append || this.#artifactId !== artifactId) this.endLine();
    this.#artifactId = artifactId;
    this.#parts(parts);
  }

  #parts(parts: readonly Part[]): void {
    for (const part of parts) {
      if (isText(part)) {
        this.#write(partText(part));
      } else {
        this.endLine();
        this.#write(`${partText(part)}\n`);
      }
    }
  }

  #write(text: string): void {
    if (text === '') return;
    this.#printer.write(text);
    this.#lineEnded = text.endsWith('\n');
  }

  /** Ends the line that is begun, so that a message after it gets a line of its own. */
  endLine(): void {
    if (!this.#lineEnded) this.#write('\n');
  }
}
