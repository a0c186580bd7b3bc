import { A2AError } from '#shared/a2a/errors.ts';
import { JsonBodyError, type JsonText, readJsonText } from '#shared/http/json-body.ts';
import { isObject } from '#shared/objects.ts';
import { unportable } from '#shared/portable-json.ts';
import type { RegisteredAgent } from '#shared/ports/agent-registry.ts';
import type { Version } from '../a2a/dialects/dialect.ts';
import type { Params } from '../a2a/params.ts';
import { InvalidIdError, type RequestId, readId } from './request-id.ts';

export interface JsonRpcRequest {
  readonly id: RequestId;
  readonly method: string;
  /** Not checked yet. An operation needs an object. A skill needs a value that fits its schema. */
  readonly params: unknown;
}

/** An error of a request. It has the id of the request if the id could be read. */
export class JsonRpcRequestError extends A2AError {
  readonly id: RequestId;

  constructor(
    reason: 'PARSE_ERROR' | 'INVALID_REQUEST' | 'INVALID_PARAMS',
    id: RequestId,
    message: string,
    cause?: unknown,
  ) {
    super(reason, message, { cause });
    this.id = id;
  }
}

/**
 * Reads a JSON-RPC 2.0 request. It ignores the content type, so that curl works with its default.
 *
 * @throws JsonRpcRequestError
 */
export function readRequest(body: Buffer): JsonRpcRequest {
  const { text, value: request, mayBeInexact } = parse(body);
  if (Array.isArray(request)) throw invalid(null, 'Batches are not supported: send one request a call.');
  if (!isObject(request)) throw invalid(null, 'The body is not a JSON-RPC request object.');
  const { jsonrpc, method, params } = request;
  const id = idOf(text, request.id);
  if (jsonrpc !== '2.0') throw invalid(id, 'jsonrpc is not "2.0".');
  if (typeof method !== 'string' || method === '') throw invalid(id, 'method is missing or not a string.');
  if (params !== undefined && !isObject(params) && !Array.isArray(params)) {
    throw invalid(id, 'params is neither an object nor an array.');
  }
  const problem = unportable(text, { params }, mayBeInexact);
  if (problem !== undefined) throw new JsonRpcRequestError('INVALID_PARAMS', id, `${problem}.`);
  return { id, method, params };
}

/** @throws A2AError INVALID_PARAMS */
export function paramsObject({ params, method }: JsonRpcRequest): Params {
  if (params === undefined) return {};
  if (Array.isArray(params))
    throw new A2AError('INVALID_PARAMS', `The params of ${method} are an object, not an array.`);
  return params as Params;
}

/**
 * A method that is not an operation of A2A is the name of a skill.
 *
 * @throws A2AError METHOD_NOT_FOUND
 */
export function skillCallOf(
  { id, card }: Pick<RegisteredAgent, 'id' | 'card'>,
  { method, params }: JsonRpcRequest,
  asked: Version | undefined = undefined,
): { readonly skillId: string; readonly input: unknown } {
  if (card.skills.some((skill) => skill.id === method)) return { skillId: method, input: params ?? {} };
  const skills = card.skills.map((skill) => skill.id).join(', ');
  throw new A2AError(
    'METHOD_NOT_FOUND',
    `${method.slice(0, 80)} is neither a method of A2A ${asked ?? '1.0'} nor a skill of ${id}, which has: ${skills}.`,
    { metadata: { skills } },
  );
}

function idOf(text: string, id: unknown): RequestId {
  try {
    return readId(text, id);
  } catch (cause) {
    if (cause instanceof InvalidIdError) throw invalid(null, cause.message);
    throw cause;
  }
}

function parse(body: Buffer): JsonText {
  try {
    return readJsonText(body);
  } catch (cause) {
    if (!(cause instanceof JsonBodyError)) throw cause;
    if (cause.reason === 'nesting') throw invalid(null, cause.message);
    throw new JsonRpcRequestError('PARSE_ERROR', null, cause.message, cause);
  }
}

function invalid(id: RequestId, message: string): JsonRpcRequestError {
  return new JsonRpcRequestError('INVALID_REQUEST', id, message);
}
