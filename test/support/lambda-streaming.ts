import { type ClientRequest, createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyEvent, Context, StreamifyHandler } from 'aws-lambda';
import { type ApiResponse, readFraming } from './api-gateway-framing.ts';

/**
 * Lambda's response streaming on one machine, as its Node runtime does it: the handler writes into a chunked POST to the
 * Runtime API, whose Trailer tells of an error after the first byte. What arrives there is read as API Gateway reads it.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming
 */
export interface StreamingLambda {
  invoke(handler: unknown, event: APIGatewayProxyEvent, context: Context): Promise<StreamedAnswer>;
  /** Breaks the connections of every invocation that runs, as when the platform gives one up. */
  disconnect(): void;
  close(): Promise<void>;
}

export interface StreamedAnswer {
  readonly response: ApiResponse;
  /** The error that the runtime told the platform, once the invocation has ended. */
  readonly error: Promise<string | undefined>;
}

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const PRELUDE_TYPE = 'application/vnd.awslambda.http-integration-response';
const ERROR_TYPE = 'Lambda-Runtime-Function-Error-Type';
const ERROR_BODY = 'Lambda-Runtime-Function-Error-Body';

/** Provides the global that the runtime has before it loads a handler. Returns what takes it away. */
export function provideAwsLambda(): () => void {
  Reflect.set(globalThis, 'awslambda', {
    streamifyResponse: (handler: object) => Object.assign(handler, { [STREAMING]: 'response' }),
    HttpResponseStream: {
      from(stream: ResponseStream, metadata: object): ResponseStream {
        stream.setContentType(PRELUDE_TYPE);
        stream.beforeFirstWrite = (write) => {
          write(JSON.stringify(metadata));
          write(new Uint8Array(8));
        };
        return stream;
      },
    },
  });
  return () => void Reflect.deleteProperty(globalThis, 'awslambda');
}

export async function startStreamingLambda(): Promise<StreamingLambda> {
  const arrivals = new Map<string, (message: IncomingMessage) => void>();
  const server = createServer((message, response) => {
    arrivals.get(message.url ?? '')?.(message);
    // The platform answers when it has the whole, and trailers with it.
    message.once('end', () => response.writeHead(202).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let count = 0;
  return {
    async invoke(handler, event, context) {
      if (!isStreaming(handler)) throw new Error('the runtime takes this handler for a buffered one');
      const path = `/2018-06-01/runtime/invocation/${++count}/response`;
      const arrived = new Promise<IncomingMessage>((resolve) => arrivals.set(path, resolve));
      const ended = run(handler, event, context, openPost(server, path));
      const message = await Promise.race([arrived, ended.then(() => arrived)]);
      // Node's runtime tells in the trailers; a connection that broke ends the invocation as well.
      const trailer = () => message.trailers[ERROR_TYPE.toLowerCase()];
      const error = ended.then((problem) => problem ?? trailer(), String);
      return { response: await readFraming(message), error };
    },
    disconnect: () => server.closeAllConnections(),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** What the runtime hands to a handler: no ClientRequest, but an object with some of its methods. */
interface ResponseStream extends Pick<ClientRequest, 'write' | 'end' | 'on' | 'once' | 'removeListener' | 'destroy'> {
  setContentType(type: string): void;
  beforeFirstWrite: ((write: (chunk: string | Uint8Array) => void) => void) | undefined;
}

interface Post {
  readonly stream: ResponseStream;
  /** Resolves when the platform has it all. */
  readonly taken: Promise<void>;
  fail(error: unknown): void;
}

function openPost(server: Server, path: string): Post {
  const { port } = server.address() as AddressInfo;
  const post = request({ port, path, method: 'POST', agent: false });
  post.setHeader('Lambda-Runtime-Function-Response-Mode', 'streaming');
  post.setHeader('Trailer', [ERROR_TYPE, ERROR_BODY]);
  post.setHeader('Transfer-Encoding', 'chunked');
  const taken = new Promise<void>((resolve, reject) => {
    post.once('error', reject);
    post.once('response', (response) => response.resume().once('end', resolve));
  });
  taken.catch(() => {});
  let written = false;
  const stream: ResponseStream = {
    beforeFirstWrite: undefined,
    setContentType: (type) => void post.setHeader('Content-Type', type),
    write(chunk: string | Uint8Array) {
      if (!written) stream.beforeFirstWrite?.((first) => post.write(first));
      written = true;
      return post.write(chunk);
    },
    end: post.end.bind(post),
    on: post.on.bind(post),
    once: post.once.bind(post),
    removeListener: post.removeListener.bind(post),
    destroy: post.destroy.bind(post),
  };
  return {
    stream,
    taken,
    fail(error) {
      post.addTrailers({
        [ERROR_TYPE]: error instanceof Error ? error.name : typeof error,
        [ERROR_BODY]: Buffer.from(JSON.stringify({ errorMessage: String(error) })).toString('base64'),
      });
      post.end();
    },
  };
}

/** The invocation up to its end. Rejects when the connection to the platform broke. */
async function run(
  handler: StreamifyHandler<APIGatewayProxyEvent, void>,
  event: APIGatewayProxyEvent,
  context: Context,
  { stream, taken, fail }: Post,
): Promise<string | undefined> {
  try {
    await handler(event, stream as unknown as awslambda.HttpResponseStream, context);
  } catch (error) {
    fail(error);
  }
  await taken;
  return undefined;
}

function isStreaming(handler: unknown): handler is StreamifyHandler<APIGatewayProxyEvent, void> {
  return typeof handler === 'function' && Reflect.get(handler, STREAMING) === 'response';
}
