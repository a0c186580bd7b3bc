import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request to AWS as one of its JSON protocols carries it: `DynamoDB_20120810.PutItem`, or the method for S3. */
export interface AwsCall {
  readonly target: string;
  readonly body: string;
}

/** Is asked before a call goes on; what it returns is told the answer. */
export type Observe = (call: AwsCall) => Promise<(answer: { status: number; body: string }) => Promise<void>>;

export interface Proxy {
  readonly url: string;
  close(): Promise<void>;
}

/** Stands between a function and AWS, hands every request on as it is, and shows both ways to `observe`. */
export async function startProxy(endpoint: string, observe: Observe): Promise<Proxy> {
  const server = createServer((incoming, outgoing) => {
    handOn(endpoint, observe, incoming, outgoing).catch((error) => {
      console.error(error);
      outgoing.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => close(server) };
}

async function handOn(endpoint: string, observe: Observe, incoming: IncomingMessage, outgoing: ServerResponse) {
  const body = await bytesOf(incoming);
  const target = incoming.headers['x-amz-target'];
  const call = { target: typeof target === 'string' ? target : `S3.${incoming.method}`, body: body.toString() };
  const answered = await observe(call);
  const { response, bytes } = await send(new URL(incoming.url ?? '/', endpoint), incoming, body);
  await answered({ status: response.statusCode ?? 0, body: bytes.toString() });
  outgoing.writeHead(response.statusCode ?? 502, response.headers);
  outgoing.end(bytes);
}

function send(url: URL, { method, headers }: IncomingMessage, body: Buffer) {
  return new Promise<{ response: IncomingMessage; bytes: Buffer }>((resolve, reject) => {
    const options = { method: method ?? 'POST', headers: { ...headers, host: url.host } };
    const request = httpRequest(url, options, (response) => {
      bytesOf(response).then((bytes) => resolve({ response, bytes }), reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
