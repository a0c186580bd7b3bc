import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { StarlingError } from '../../../shared/errors.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import type { AwsCredentials } from '../../../shared/security/aws-credentials.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import { Bodies } from './body.ts';
import { ServiceError, serializationError, unknownOperation } from './errors.ts';
import { Members } from './members.ts';
import type { Operation, Service } from './service.ts';
import { SignatureVerifier } from './signature/verifier.ts';

export interface DoorOptions {
  readonly services: readonly Service[];
  readonly credentials: AwsCredentials;
  readonly region: string;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Entry {
  readonly service: Service;
  readonly verifier: SignatureVerifier;
}

/** What a request for no service of ours is answered as. */
const JSON_1_1 = 'application/x-amz-json-1.1';

/** Takes requests of AWS SDKs: finds the service by `X-Amz-Target`, checks the signature, and answers as AWS does. */
export class Door {
  readonly #log: Logger;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #bodies = new Bodies();
  readonly #answering = new Set<AbortController>();

  constructor({ services, log, ...verification }: DoorOptions) {
    this.#log = log;
    this.#entries = new Map(
      services.map((service) => [
        service.target,
        { service, verifier: new SignatureVerifier({ ...verification, service: service.signingName }) },
      ]),
    );
  }

  /** Ends every long poll: the process is about to stop. */
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
      isGone = true;
      this.#answering.delete(call);
      call.abort();
    });
    try {
      if (entry === undefined) throw unknownOperation(target);
      const operation = target?.slice(entry.service.target.length + 1) ?? '';
      send(response, entry.service.contentType, 200, await this.#run(entry, operation, request, call.signal));
    } catch (error) {
      // Nobody is there to read it.
      if (isGone || request.errored) return;
      this.#refuse(response, entry?.service, target, error);
    }
  }

  async #run(
    { service, verifier }: Entry,
    name: string,
    request: IncomingMessage,
    signal: AbortSignal,
  ): Promise<object> {
    const claim = verifier.claim(request.headers);
    return this.#bodies.with(request, service.throttled, async (body) => {
      const { method = '', url = '', headers } = request;
      await verifier.verify(claim, { method, url, headers }, body);
      const operation = operationOf(service, name);
      return operation(new Members(parse(body), service.wording), { signal });
    });
  }

  #refuse(response: ServerResponse, service: Service | undefined, target: string | undefined, error: unknown): void {
    const refusal = asServiceError(error);
    if (refusal.status >= 500) this.#log.error('a request by an AWS protocol failed', { target, error });
    const { code, queryCode = code, message } = refusal;
    if (service?.queryCompatible) {
      response.setHeader('x-amzn-query-error', `${queryCode};${refusal.status >= 500 ? 'Receiver' : 'Sender'}`);
    }
    // What is left of a body that was not read is not read for this either.
    if (refusal.status === 413 && response.req.httpVersionMajor === 1) response.setHeader('connection', 'close');
    response.setHeader('x-amzn-errortype', code);
    send(response, service?.contentType ?? JSON_1_1, refusal.status, { __type: code, message });
  }
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function operationOf(service: Service, name: string): Operation {
  const operation = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
  if (operation === undefined) throw unknownOperation(`${service.target}.${name}`);
  return operation;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parse(body: Uint8Array): unknown {
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
  // The store has no room, or is closing: worth another try, which SDKs make for both.
  if (error instanceof StarlingError && error.code.startsWith('STORE_')) {
    return new ServiceError('ServiceUnavailable', 'The mesh cannot take this now. Try again.', { status: 503 });
  }
  return new ServiceError('InternalFailure', 'The mesh failed; its log has the details.', { status: 500 });
}

function send(response: ServerResponse, contentType: string, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    'x-amzn-requestid': randomUUID(),
  });
  response.end(text);
}
