import { isTerminal } from '#shared/tasks/state.ts';
import type { StreamedEvent } from '../a2a-client.ts';
import type { Call } from '../ledger.ts';
import { Load, type Operation } from '../load.ts';
import { Backoff, Unanswered } from '../retry.ts';
import type { LoadContext } from './context.ts';

/** Clients that follow a task as it goes on, and take its stream up again where it broke off. */
export function streamLoads(context: LoadContext): readonly Load[] {
  const load = (name: string, target: number, workers: number, agent: string, chunks: number) =>
    new Load({
      name,
      target: Math.ceil(target * context.scale),
      workers,
      surprises: context.ledger.surprises,
      perform: (operation) => follow(context, operation, agent, chunks),
    });
  return [load('streams', 450, 24, 'narrator', 25), load('streams of an agent that stumbles', 150, 12, 'stumbler', 12)];
}

async function follow(context: LoadContext, operation: Operation, agent: string, chunks: number): Promise<void> {
  const call = context.ledger.call(`${agent}-${operation.number}`, agent, String(chunks));
  const stream = new ResumedStream(context, call, operation.acknowledged);
  while (!(await stream.read())) await stream.backoff.wait();
  for (const id of call.taskIds) call.ended = await context.client.task(agent, id);
}

class ResumedStream {
  /** Before it is taken up again. */
  readonly backoff = new Backoff();
  readonly #context: LoadContext;
  readonly #call: Call;
  readonly #acknowledged: () => void;
  #taskId: string | undefined;
  #position = 0;

  constructor(context: LoadContext, call: Call, acknowledged: () => void) {
    this.#context = context;
    this.#call = call;
    this.#acknowledged = acknowledged;
  }

  /** Reads until the stream ends or breaks off; returns whether the task has ended. */
  async read(): Promise<boolean> {
    try {
      for await (const event of this.#open()) if (this.#take(event)) return true;
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
    }
    return false;
  }

  #open(): AsyncGenerator<StreamedEvent> {
    const { client } = this.#context;
    const { agent, messageId, text, tries } = this.#call;
    if (this.#taskId === undefined) {
      tries.count++;
      const message = { messageId, role: 'ROLE_USER', parts: [{ text }] };
      return client.stream(agent, 'SendStreamingMessage', { message });
    }
    return client.stream(agent, 'SubscribeToTask', { id: this.#taskId }, this.#position);
  }

  #take(event: StreamedEvent): boolean {
    this.backoff.reset();
    const { position, response } = event;
    if ('task' in response) {
      this.#begin(position, response.task.id);
      return isTerminal(response.task.status.state);
    }
    if (position !== this.#position + 1) throw new Error(`a stream went from ${this.#position} to ${position}`);
    this.#position = position;
    this.#context.ledger.told(this.#call, event);
    return 'statusUpdate' in response && isTerminal(response.statusUpdate.status.state);
  }

  /** The first event: the task as it stood at the position. */
  #begin(position: number, taskId: string): void {
    this.#call.taskIds.add(taskId);
    if (this.#taskId === undefined) this.#acknowledged();
    else this.#call.resumed++;
    if (this.#position > 0 && position !== this.#position) {
      throw new Error(`asked for ${this.#position}, got ${position}`);
    }
    this.#taskId = taskId;
    this.#position = position;
  }
}
