import type { Artifact, Part, StreamResponse, TaskStatus } from '#shared/a2a/types.ts';
import { isWaitingForClient } from '#shared/tasks/state.ts';
import { isSettledState } from '../mesh/task-stream.ts';
import { note, write } from './output.ts';
import { isText, partsText, partText } from './parts.ts';

/** Prints a stream of a task as it comes: artifacts, chunk by chunk, to stdout, and progress to stderr. */
export class TaskPrinter {
  /** The artifact that was printed last. */
  #artifactId: string | undefined;
  #lineEnded = true;
  #status: TaskStatus | undefined;

  print(response: StreamResponse): void {
    if ('task' in response) {
      const { status, artifacts = [] } = response.task;
      // A stream that was taken up again begins with what was printed already.
      if (this.#status === undefined) for (const artifact of artifacts) this.#artifact(artifact, false);
      this.#status = status;
    } else if ('artifactUpdate' in response) {
      this.#artifact(response.artifactUpdate.artifact, response.artifactUpdate.append);
    } else if ('statusUpdate' in response) {
      const { status } = response.statusUpdate;
      this.#status = status;
      if (!isSettledState(status.state) && status.message) this.#progress(partsText(status.message.parts));
    } else {
      this.#parts(response.message.parts);
    }
  }

  /** Prints what the agent said at the end, where that is its answer or a question, and ends the line. */
  end(): void {
    const { state, message } = this.#status ?? {};
    const isAnswer = state === 'TASK_STATE_COMPLETED' && this.#artifactId === undefined;
    if (message && state && (isAnswer || isWaitingForClient(state))) {
      this.#endLine();
      this.#parts(message.parts);
    }
    this.#endLine();
  }

  #progress(text: string): void {
    this.#endLine();
    note(text);
  }

  #artifact({ artifactId, parts }: Artifact, append: boolean): void {
    // What does not append begins anew: another artifact, or what a later attempt makes of the same.
    if (!append || this.#artifactId !== artifactId) this.#endLine();
    this.#artifactId = artifactId;
    this.#parts(parts);
  }

  #parts(parts: readonly Part[]): void {
    for (const part of parts) {
      if (isText(part)) {
        this.#write(partText(part));
      } else {
        this.#endLine();
        this.#write(`${partText(part)}\n`);
      }
    }
  }

  #write(text: string): void {
    if (text === '') return;
    write(text);
    this.#lineEnded = text.endsWith('\n');
  }

  #endLine(): void {
    if (!this.#lineEnded) this.#write('\n');
  }
}
