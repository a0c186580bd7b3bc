import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import type { Door } from './door.ts';
import { RuleBook } from './events/rule-book.ts';
import { QueueBook } from './sqs/queue-book.ts';

/** Whether an AWS SDK sent it: signed, or naming an operation of AWS's. */
export function isAwsRequest({ headers }: IncomingMessage): boolean {
  return headers['x-amz-target'] !== undefined || headers.authorization?.startsWith('AWS4-') === true;
}

/** The door of the AWS protocols. Its code is loaded with the first request: the SDK's signer would hold up every start. */
export class LazyDoor {
  readonly #runtime: StandaloneRuntime;
  readonly #rules: RuleBook;
  readonly #queues: QueueBook;
  #door: Promise<Door> | undefined;

  constructor(runtime: StandaloneRuntime) {
    this.#runtime = runtime;
    this.#rules = new RuleBook(runtime);
    this.#queues = new QueueBook(runtime);
  }

  /** Brings back what clients had made. The queues and rules of serverless.yml are there by then. */
  async restore(): Promise<void> {
    await this.#queues.restore();
    await this.#rules.restore();
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let door: Door;
    try {
      this.#door ??= import('./open-door.ts').then(({ openDoor }) =>
        openDoor(this.#runtime, { rules: this.#rules, queues: this.#queues }),
      );
      door = await this.#door;
    } catch (error) {
      // Keys that cannot be read, for one: the next request tries again.
      this.#door = undefined;
      this.#runtime.log.error('the door of the AWS protocols does not open', { error });
      response.writeHead(500, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ __type: 'InternalFailure', message: 'The mesh failed; its log has the details.' }));
      return;
    }
    await door.answer(request, response);
  }

  drain(): void {
    this.#door?.then(
      (door) => door.drain(),
      () => {},
    );
  }
}
