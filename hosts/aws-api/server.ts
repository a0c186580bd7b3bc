import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { StarlingError } from '#shared/errors.ts';
import { type Allowance, OverloadError } from '#shared/http/allowance.ts';
import { nestingOf } from '#shared/json-nesting.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { isStoreUnavailable } from '#shared/ports/errors.ts';
import type { AwsCredentials } from '#shared/security/aws-credentials.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { type Bodies, CutOffError } from './body.ts';
import { ServiceError, serializationError, unknownOperation } from './errors.ts';
import { InputReader } from './input-reader.ts';
import { checkProtocol, isQueryProtocol, queryProtocolRefusal } from './protocol.ts';
import type { Operation, Service } from './service.ts';
import { SignatureVerifier } from './signature/verifier.ts';

/** Gives the calls of a client their allowance. */
export interface Admission {
  allow(request: IncomingMessage, response: ServerResponse, client: string): Allowance;
}

export interface AwsApiServerOptions {
  readonly services: readonly Service[];
  readonly credentials: AwsCredentials;
  readonly region: string;
  /** The wall clock: clients sign the time of their own wall clocks. */
  readonly clock: Clock;
  readonly log: Logger;
  readonly bodies: Bodies;
  readonly admission: Admission;
}

interface Entry {
  readonly service: Service;
  readonly verifier: SignatureVerifier;
}

/** The content type of the answer when the request names no known service. */
const JSON_1_1 = 'application/x-amz-json-1.1';

/** Answers requests of AWS SDKs as AWS does. It finds the service by `X-Amz-Target` and checks the signature. */
export class AwsApiServer {
  readonly #log: Logger;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #bodies: Bodies;
  readonly #admission: Admission;
  readonly #answering = new Set<AbortController>();

  constructor({ services, log, bodies, admission, ...verification }: AwsApiServerOptions) {
    this.#log = log;
    this.#admission = admission;
    this.#bodies = bodies;
    this.#entries = new Map(
      services.map((service) => [
        service.target,
        { service, verifier: new SignatureVerifier({ ...verification, service: service.signingName }) },
      ]),
    );
  }

  /** Ends every long poll. Call it when the process is about to stop. */
  drain(): void {
    for (const call of this.#answering) call.abort();
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = header(request, 'x-amz-target');
    const entry = this.#entries.get(target?.split('.', 1)[0] ?? '');
    const call = new AbortController();
    this.#answering.add(call);
    let isGone = false;
    response.once('close', () => {
      this.#answering.delete(call);
      if (response.writableEnded) return;
      isGone = true;
      call.abort();
    });
    try {
      if (entry === undefined) throw unknownOperation(target);
      const operation = target?.slice(entry.service.target.length + 1) ?? '';
      const text = await this.#run(entry, operation, { request, response, signal: call.signal });
      send(response, { status: 200, contentType: entry.service.contentType, text });
    } catch (error) {
      // The client is gone and reads no answer.
      if (isGone || error instanceof CutOffError) return;
      this.#refuse(request, response, entry?.service, error);
    }
  }

  /** @returns the body of the answer */
  async #run(
    { service, verifier }: Entry,
    name: string,
    { request, response, signal }: { request: IncomingMessage; response: ServerResponse; signal: AbortSignal },
  ): Promise<string> {
    const claim = verifier.claim(request.headers);
    checkProtocol(request.headers);
    return this.#bodies.with(request, service.throttled, async (body) => {
      const { method = '', url = '', headers } = request;
      await verifier.verify(claim, { method, url, headers }, body);
      const allowance = this.#admission.allow(request, response, `aws:${claim.accessKeyId}`);
      const operation = operationOf(service, name);
      try {
        allowance.admit();
        const input = new InputReader(parse(body), service.inputs[name] ?? {}, service.validationMessages);
        const output = await operation(input.check(), { signal });
        const text = JSON.stringify(output);
        allowance.hold(Buffer.byteLength(text));
        return text;
      } catch (error) {
        throw error instanceof OverloadError ? overloaded(error, service) : error;
      }
    });
  }

  #refuse(request: IncomingMessage, response: ServerResponse, service: Service | undefined, error: unknown): void {
    const { code, queryCode = code, message, status } = asServiceError(error);
    if (status >= 500 && !isStoreUnavailable(error)) {
      const target = header(request, 'x-amz-target');
      this.#log.error('A request of an AWS SDK failed.', { target, error });
    }
    if (isQueryProtocol(request.headers)) {
      send(response, { status: 400, contentType: 'text/xml', text: queryProtocolRefusal() });
      return;
    }
    if (service?.queryCompatible) {
      response.setHeader('x-amzn-query-error', `${queryCode};${status >= 500 ? 'Receiver' : 'Sender'}`);
    }
    // The server does not read the rest of the body, which may never end. So the connection is of no further use.
    if (status === 413 && request.httpVersionMajor === 1) response.setHeader('connection', 'close');
    response.setHeader('x-amzn-errortype', code);
    const text = JSON.stringify({ __type: code, message });
    send(response, { status, contentType: service?.contentType ?? JSON_1_1, text });
  }
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** SDKs wait and try again after both of these errors. */
function overloaded(cause: OverloadError, service: Service): ServiceError {
  return cause.status === 503
    ? new ServiceError('ServiceUnavailable', cause.message, { status: 503, cause })
    : new ServiceError(service.throttled, cause.message, { cause });
}

function operationOf(service: Service, name: string): Operation {
  const operation = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
  if (operation === undefined) throw unknownOperation(`${service.target}.${name}`);
  return operation;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Levels of nesting. Inputs of AWS have fewer than ten. The limit stops an attack: JSON.parse has no limit, and needs
 * seconds and hundreds of MB for millions of levels.
 */
const MAX_DEPTH = 100;

function parse(body: Uint8Array): unknown {
  if (nestingOf(body) > MAX_DEPTH) throw serializationError(`The body is nested more than ${MAX_DEPTH} levels deep.`);
  let text: string;
  try {
    text = utf8.decode(body);
  } catch (cause) {
    throw serializationError('The body is not UTF-8.', cause);
  }
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch (cause) {
    throw serializationError('The body is not JSON.', cause);
  }
}

function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  // The store has no room, or is closing. SDKs retry after this code.
  if (error instanceof StarlingError && error.code.startsWith('STORE_')) {
    return new ServiceError('ServiceUnavailable', 'The mesh cannot store data at the moment. Try again later.', {
      status: 503,
    });
  }
  return new ServiceError('InternalFailure', 'Internal error. The log of the mesh has the details.', { status: 500 });
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

function send(response: ServerResponse, { status, contentType, text }: Answer): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    'x-amzn-requestid': randomUUID(),
  });
  response.end(text);
}
