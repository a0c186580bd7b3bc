import type { IncomingMessage } from 'node:http';

/** A response as the client of a streaming REST API gets it. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The body as it comes, in the pieces in which it comes. */
  readonly body: AsyncIterator<string, undefined>;
  /** What is left of the body. */
  text(): Promise<string>;
}

interface Head {
  readonly statusCode?: number;
  readonly headers?: Record<string, string>;
  readonly multiValueHeaders?: Record<string, string[]>;
  readonly cookies?: string[];
}

const DELIMITER = Buffer.alloc(8);
/** The head and the delimiter have to come within so many bytes. */
const MAX_HEAD = 16 * 1024;

/**
 * Reads what a function streams as API Gateway does: a head in JSON, eight zero bytes, the body. Anything else is a 502.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
 */
export async function readFraming(message: IncomingMessage): Promise<ApiResponse> {
  const parts = (message as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let begun = Buffer.alloc(0);
  let end = -1;
  while (end < 0 && begun.length <= MAX_HEAD) {
    const { done, value } = await parts.next();
    if (done) break;
    begun = Buffer.concat([begun, value]);
    end = begun.indexOf(DELIMITER);
  }
  const head = end < 0 ? undefined : readHead(begun.subarray(0, end));
  if (head === undefined)
    return answer({ statusCode: 502 }, pieces(Buffer.from('{"message": "Internal server error"}'), undefined));
  return answer(head, pieces(begun.subarray(end + DELIMITER.length), parts));
}

function readHead(bytes: Buffer): Head | undefined {
  try {
    return JSON.parse(bytes.toString()) as Head;
  } catch {
    return undefined;
  }
}

function answer({ statusCode, headers = {}, multiValueHeaders = {}, cookies = [] }: Head, body: Pieces): ApiResponse {
  const all = new Headers(headers);
  for (const [name, values] of Object.entries(multiValueHeaders)) for (const value of values) all.append(name, value);
  for (const cookie of cookies) all.append('set-cookie', cookie);
  return {
    status: statusCode ?? 200,
    headers: all,
    body,
    async text() {
      let text = '';
      for await (const piece of body) text += piece;
      return text;
    },
  };
}

type Pieces = AsyncGenerator<string, undefined>;

async function* pieces(first: Buffer, parts: AsyncIterator<Buffer> | undefined): Pieces {
  const decoder = new TextDecoder();
  if (first.length > 0) yield decoder.decode(first, { stream: true });
  for (;;) {
    const next = await parts?.next();
    if (next === undefined || next.done) return undefined;
    yield decoder.decode(next.value, { stream: true });
  }
}
