import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import { RuleStore } from './events/rule-store.ts';
import type { Admission, AwsApiServer } from './server.ts';
import { MoveTasks } from './sqs/move-tasks.ts';
import { QueueStore } from './sqs/queue-store.ts';

/** Whether an AWS SDK sent the request: it has AWS's signature or names an operation of AWS. */
export function isAwsRequest({ headers }: IncomingMessage): boolean {
  return headers['x-amz-target'] !== undefined || headers.authorization?.startsWith('AWS4-') === true;
}

/** The AWS API server. Its code is loaded at the first request, because the SDK's signer would slow down each start. */
export class LazyAwsApiServer {
  readonly #runtime: StandaloneRuntime;
  readonly #admission: Admission;
  readonly #rules: RuleStore;
  readonly #queues: QueueStore;
  readonly #tasks: MoveTasks;
  readonly #since: number;
  #server: Promise<AwsApiServer> | undefined;

  constructor(runtime: StandaloneRuntime, admission: Admission) {
    this.#runtime = runtime;
    this.#admission = admission;
    this.#rules = new RuleStore(runtime);
    const { queue, made, log } = runtime;
    this.#queues = new QueueStore({ queue, made, rules: this.#rules, log });
    this.#tasks = new MoveTasks(runtime);
    this.#since = runtime.clock.now();
  }

  /** Restores the queues, rules and move tasks that clients created. Call it after the queues and rules of serverless.yml exist. */
  async restore(): Promise<void> {
    await this.#queues.restore();
    await this.#rules.restore();
    await this.#tasks.restore();
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let server: AwsApiServer;
    try {
      this.#server ??= import('./create-server.ts').then(({ createAwsApiServer }) =>
        createAwsApiServer(this.#runtime, this.#admission, {
          rules: this.#rules,
          queues: this.#queues,
          tasks: this.#tasks,
          since: this.#since,
        }),
      );
      server = await this.#server;
    } catch (error) {
      // For example, the keys cannot be read. The next request tries again.
      this.#server = undefined;
      this.#runtime.log.error('The AWS API server cannot start.', { error });
      response.writeHead(500, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(
        JSON.stringify({ __type: 'InternalFailure', message: 'Internal error. The log of the mesh has the details.' }),
      );
      return;
    }
    await server.answer(request, response);
  }

  /** Stops the move tasks, and ends every long poll. Call it when the process is about to stop. */
  drain(): void {
    this.#tasks.stop();
    this.#server?.then(
      (server) => server.drain(),
      () => {},
    );
  }
}
