import { gzipSync } from 'node:zlib';
import type { SdkRequest } from '#test/support/aws-request.ts';

/** What may be wrong with a request to any service of AWS, and the code that says so. */
export interface Spoiling {
  readonly what: string;
  readonly when: 'before signing' | 'after signing';
  readonly change: (request: SdkRequest) => void;
  readonly code: string;
  /** What SDKs of SQS report, where the older protocol had another. */
  readonly queryCode?: string;
}

const withBody = (body: string | Uint8Array) => (request: SdkRequest) => {
  request.body = body;
};
const withHeaders = (headers: Readonly<Record<string, string>>) => (request: SdkRequest) => {
  Object.assign(request.headers, headers);
};

export const spoilings: readonly Spoiling[] = [
  {
    what: 'no signature',
    when: 'after signing',
    change: ({ headers }) => delete headers.authorization,
    code: 'MissingAuthenticationTokenException',
    queryCode: 'MissingAuthenticationToken',
  },
  {
    what: 'another body than was signed',
    when: 'after signing',
    change: (request) => {
      request.body = Buffer.concat([Buffer.from(request.body), Buffer.from(' ')]);
      request.headers['content-length'] = String(request.body.length);
    },
    code: 'InvalidSignatureException',
    queryCode: 'SignatureDoesNotMatch',
  },
  {
    what: 'a body that is no UTF-8',
    when: 'before signing',
    change: withBody(Buffer.from([0x7b, 0xff, 0x7d])),
    code: 'SerializationException',
  },
  {
    what: 'half of a JSON text',
    when: 'before signing',
    change: withBody('{"Entries":[{'),
    code: 'SerializationException',
  },
  { what: 'a list for an object', when: 'before signing', change: withBody('[]'), code: 'SerializationException' },
  {
    what: 'JSON a million levels deep',
    when: 'before signing',
    change: withBody(`{"Unknown":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`),
    code: 'SerializationException',
  },
  {
    what: 'a compressed body',
    when: 'before signing',
    change: (request) => {
      request.body = gzipSync(request.body);
      request.headers['content-encoding'] = 'gzip';
    },
    code: 'SerializationException',
  },
  {
    what: 'a body in signed chunks',
    when: 'before signing',
    change: withHeaders({
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    }),
    code: 'SerializationException',
  },
  {
    what: 'CBOR',
    when: 'before signing',
    change: withHeaders({ 'content-type': 'application/x-amz-cbor-1.1' }),
    code: 'UnknownOperationException',
    queryCode: 'InvalidAction',
  },
  {
    what: 'an operation that there is not',
    when: 'before signing',
    change: ({ headers }) => {
      headers['x-amz-target'] = `${headers['x-amz-target']}Invented`;
    },
    code: 'UnknownOperationException',
    queryCode: 'InvalidAction',
  },
];
