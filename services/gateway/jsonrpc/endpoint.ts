import { A2AError, type A2AErrorReason } from '#shared/a2a/errors.ts';
import { mapped } from '#shared/async-iterables.ts';
import { type Allowance, RETRY_AFTER_SECONDS } from '#shared/http/allowance.ts';
import type { RegisteredAgent } from '#shared/ports/agent-registry.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { callerError, callOf, findAgent } from '../a2a/call.ts';
import { CallRecord } from '../a2a/call-record.ts';
import type { Operations } from '../a2a/operations.ts';
import { callSkill } from '../a2a/skill-call.ts';
import type { PositionedResponse } from '../a2a/stream-responses.ts';
import { allowanceOf, type GatewayContext } from '../environment.ts';
import { type SseEvent, sseResponse } from '../sse.ts';
import { operationOf } from './methods.ts';
import { JsonRpcRequestError, paramsObject, readRequest, skillCallOf } from './request.ts';
import type { RequestId } from './request-id.ts';
import { checkVersion } from './version.ts';

/** A call with one answer is answered even after the client has disconnected, because its task continues anyway. */
const never = new AbortController().signal;

/** POST /agents/{agentId}: the JSON-RPC binding of A2A (§9). An agent's skills are methods too. */
export function jsonRpcEndpoint(runtime: Runtime, operations: Operations) {
  return async (context: GatewayContext): Promise<Response> => {
    const agentId = context.req.param('agentId') ?? '';
    let id: RequestId = null;
    const record = new CallRecord(runtime);
    const allowance = allowanceOf(context);
    const bounds = { allowance, maxBytes: runtime.settings.maxAnswerBytes };
    // Outside the try: an incomplete body is not a call yet. The app answers it.
    const body = Buffer.from(await context.req.arrayBuffer());
    try {
      const request = readRequest(body);
      id = request.id;
      allowance?.admit();
      checkVersion(context.req.header('a2a-version') ?? context.req.query('A2A-Version'), request.method);
      const agent = await findAgent(runtime, agentId);
      record.permitted(agent, methodLabel(agent, request.method));
      const operation = operationOf(request.method);
      if (operation === undefined) {
        const call = callOf(context, agent, never);
        const { result, taskId } = await callSkill(runtime, operations, call, skillCallOf(agent, request));
        const response = answer(id, { result, taskId }, bounds, { 'Starling-Task-Id': taskId });
        record.completed(taskId);
        return response;
      }
      if (operation.kind === 'unary') {
        const call = callOf(context, agent, never);
        const { result, taskId } = await operation.run(operations, call, paramsObject(request));
        const response = answer(id, { result, taskId }, bounds);
        record.answered(result, taskId);
        return response;
      }
      const gone = new AbortController();
      const call = callOf(context, agent, gone.signal);
      const stream = await operation.run(operations, call, paramsObject(request));
      return sseResponse(sseEvents(runtime, id, record.following(stream)), { gone: () => gone.abort(), allowance });
    } catch (thrown) {
      const error = callerError(runtime, thrown);
      record.failed(error);
      return refuse(thrown instanceof JsonRpcRequestError ? thrown.id : id, error);
    }
  };
}

/** Answers a request that was refused before it was read, such as one with too large a body. */
export function jsonRpcError(error: A2AError): Response {
  return refuse(null, error);
}

function sseEvents(
  runtime: Runtime,
  id: RequestId,
  stream: AsyncIterable<PositionedResponse>,
): AsyncIterable<SseEvent> {
  return mapped(
    stream,
    ({ position, response }) => ({
      id: String(position),
      data: JSON.stringify({ jsonrpc: '2.0', id, result: response }),
    }),
    (thrown) => {
      // The response has begun, so an error can only be its last event.
      const { jsonRpcCode: code, message, details } = callerError(runtime, thrown);
      return { id: '', data: JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, data: details } }) };
    },
  );
}

interface Result {
  readonly result: unknown;
  /** The task that the result shows or comes from. */
  readonly taskId: string;
}

interface Bounds {
  readonly allowance: Allowance | undefined;
  readonly maxBytes: number;
}

/** @throws A2AError ANSWER_TOO_LARGE; OverloadError */
function answer(
  id: RequestId,
  { result, taskId }: Result,
  { allowance, maxBytes }: Bounds,
  headers: Record<string, string> = {},
): Response {
  const text = JSON.stringify({ jsonrpc: '2.0', id, result });
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) throw answerTooLarge(taskId, bytes, maxBytes);
  allowance?.hold(bytes);
  return new Response(text, { headers: { 'content-type': 'application/json', ...headers } });
}

function answerTooLarge(taskId: string, bytes: number, maxBytes: number): A2AError {
  return new A2AError(
    'ANSWER_TOO_LARGE',
    `The answer has ${bytes} bytes, and an answer has at most ${maxBytes}. Read task ${taskId} in pieces: call SubscribeToTask with the header Last-Event-ID: 1. If only its messages are large, GetTask with historyLength 0 is enough.`,
    { metadata: { taskId } },
  );
}

const reasonsWithStatus: ReadonlySet<A2AErrorReason> = new Set([
  'PAYLOAD_TOO_LARGE',
  'AGENT_NOT_FOUND',
  'STORE_UNAVAILABLE',
  'TOO_MANY_CONNECTIONS',
  'TOO_MANY_UNREAD_ANSWERS',
  'TOO_MANY_OPEN_REQUESTS',
  'MESH_BUSY',
]);

function refuse(id: RequestId, error: A2AError): Response {
  const { jsonRpcCode: code, message, details, metadata, httpStatus } = error;
  // A JSON-RPC error is an answer with status 200, unless HTTP has a status for the refusal.
  const status = reasonsWithStatus.has(error.reason) ? httpStatus : 200;
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (status === 429 || status === 503) headers['retry-after'] = String(RETRY_AFTER_SECONDS);
  if (metadata.taskId !== undefined) headers['Starling-Task-Id'] = metadata.taskId;
  return new Response(JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, data: details } }), {
    status,
    headers,
  });
}

/** Labels come from the registry. Otherwise a caller could create any number of labels. */
function methodLabel(agent: RegisteredAgent, method: string): string {
  if (operationOf(method)) return method;
  return agent.card.skills.some(({ id }) => id === method) ? method : 'unknown';
}
