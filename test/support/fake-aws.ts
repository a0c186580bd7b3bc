import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AwsOptions } from '#adapters/aws/clients/options.ts';

/** What the fake answers instead of an output: an AWS error. */
export class Failure {
  readonly code: string;
  readonly status: number;
  readonly message: string;

  constructor(code: string, status = 400, message = `made by the test: ${code}`) {
    this.code = code;
    this.status = status;
    this.message = message;
  }
}

type Answer = object | Failure | undefined;
type Handler<Input> = (input: Input, call: number) => Answer | Promise<Answer>;

/**
 * An endpoint that speaks AWS's JSON protocol, so that the SDK's own clients can be shown failures which no emulator makes.
 * A test says what it answers; everything else is an error of the test.
 */
export class FakeAws {
  readonly #server: Server;
  readonly #handlers = new Map<string, Handler<never>>();
  readonly #inputs = new Map<string, never[]>();
  /** The headers of the last request. */
  headers: IncomingHttpHeaders = {};

  static async start(): Promise<FakeAws> {
    const fake = new FakeAws();
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  get options(): AwsOptions {
    const { port } = this.#server.address() as AddressInfo;
    return {
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      // The machine may be busy.
      patience: 10,
    };
  }

  /** Answers an operation; `call` counts from 1. */
  on<Input>(operation: string, handler: Handler<Input>): void {
    this.#handlers.set(operation, handler);
  }

  /** What the operation was called with, one for each HTTP request. */
  inputs<Input>(operation: string): readonly Input[] {
    return this.#inputs.get(operation) ?? [];
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.headers = request.headers;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const input: never = JSON.parse(Buffer.concat(chunks).toString()) as never;
    const inputs = this.#inputs.get(operation) ?? [];
    inputs.push(input);
    this.#inputs.set(operation, inputs);
    const output = (await this.#handlers.get(operation)?.(input, inputs.length)) ?? new Failure('NoHandler');
    const failed = output instanceof Failure;
    response.writeHead(failed ? output.status : 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(failed ? { __type: output.code, message: output.message } : output));
  }
}

/** Retries at once, and remembers how long it would have waited at most. */
export function patientRetry(attempts = 4) {
  const waits: number[] = [];
  return {
    waits,
    attempts,
    base: 100,
    longest: 1_000,
    random: () => 1,
    sleep: async (milliseconds: number): Promise<void> => {
      waits.push(milliseconds);
    },
  };
}
