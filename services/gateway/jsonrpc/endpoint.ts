import type { A2AError, A2AErrorReason } from '#shared/a2a/errors.ts';
import { mapped } from '#shared/async-iterables.ts';
import type { RegisteredAgent } from '#shared/ports/agent-registry.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { checkAnswer, refusalHeaders, taskHeader, taskIdOf } from '../a2a/answer.ts';
import { type Call, callerError, callOf, findAgent } from '../a2a/call.ts';
import { CallRecord } from '../a2a/call-record.ts';
import { checkContentType } from '../a2a/content-type.ts';
import type { Dialect } from '../a2a/dialects/dialect.ts';
import { v1 } from '../a2a/dialects/v1.ts';
import { extensionsHeader } from '../a2a/extensions.ts';
import { operationTable } from '../a2a/operation-table.ts';
import type { Operations } from '../a2a/operations.ts';
import { checkTenant, type Params } from '../a2a/params.ts';
import { callSkill, messageTo, type SkillCall } from '../a2a/skill-call.ts';
import type { PositionedResponse } from '../a2a/stream-responses.ts';
import { versionOf } from '../a2a/version.ts';
import { allowanceOf, type GatewayContext } from '../environment.ts';
import { type SseEvent, sseResponse } from '../sse.ts';
import { type Method, methodOf } from './methods.ts';
import { JsonRpcRequestError, paramsObject, readRequest, skillCallOf } from './request.ts';
import type { RequestId } from './request-id.ts';

/** A call with one answer is answered even after the client has disconnected, because its task continues anyway. */
const never = new AbortController().signal;

/** POST /agents/{agentId}: the JSON-RPC binding of A2A (§9). An agent's skills are methods too. */
export function jsonRpcEndpoint(runtime: Runtime, operations: Operations) {
  return async (context: GatewayContext): Promise<Response> => {
    const agentId = context.req.param('agentId') ?? '';
    let id: RequestId = null;
    /** Answers an error of the call. A stream of A2A 0.3 answers it as its one event. */
    let refuseCall = refuse;
    const record = new CallRecord(runtime);
    // Outside the try: an incomplete body is not a call yet. The app answers it.
    const body = Buffer.from(await context.req.arrayBuffer());
    try {
      checkContentType(context);
      const request = readRequest(body);
      id = request.id;
      allowanceOf(context)?.admit();
      const version = versionOf(context);
      const method = methodOf(request.method, version);
      if (method?.dialect.version === '0.3' && operationTable[method.operation].kind === 'stream') {
        refuseCall = refuseInStream;
      }
      const agent = await findAgent(runtime, agentId);
      record.permitted(agent, method?.operation ?? skillLabel(agent, request.method));
      const received = { runtime, operations, context, agent, record, id };
      return method === undefined
        ? await answerSkill(received, skillCallOf(agent, request, version))
        : await answerMethod(received, method, paramsObject(request));
    } catch (thrown) {
      const error = callerError(runtime, thrown);
      record.failed(error);
      return refuseCall(thrown instanceof JsonRpcRequestError ? thrown.id : id, error);
    }
  };
}

/** A call whose agent is known. */
interface Received {
  readonly runtime: Runtime;
  readonly operations: Operations;
  readonly context: GatewayContext;
  readonly agent: RegisteredAgent;
  readonly record: CallRecord;
  readonly id: RequestId;
}

async function answerMethod(
  received: Received,
  { operation: name, dialect }: Method,
  given: Params,
): Promise<Response> {
  const { operations, context, agent, record } = received;
  const operation = operationTable[name];
  const params = dialect.read(name, given);
  checkTenant(params, agent.id);
  if (operation.kind === 'stream')
    return answerStream(received, dialect, (call) => operation.run(operations, call, params));
  const call = callOf(context, agent, never);
  const answered = await operation.run(operations, call, params);
  const result = { result: dialect.write(answered), taskId: taskIdOf(answered) };
  const response = answer(received, result, { ...extensionsHeader(call), ...taskHeader(answered) });
  record.answered(answered);
  return response;
}

async function answerSkill(received: Received, skill: SkillCall): Promise<Response> {
  const { runtime, operations, context, agent, record } = received;
  if (context.req.header('accept')?.includes('text/event-stream') === true) {
    return answerStream(received, v1, (call) => operations.sendStreamingMessage(call, messageTo(runtime, call, skill)));
  }
  const call = callOf(context, agent, never);
  const result = await callSkill(runtime, operations, call, skill);
  const response = answer(received, result, { ...extensionsHeader(call), 'Starling-Task-Id': result.taskId });
  record.completed(result.taskId);
  return response;
}

async function answerStream(
  { runtime, context, agent, record, id }: Received,
  dialect: Dialect,
  run: (call: Call) => Promise<AsyncIterable<PositionedResponse>>,
): Promise<Response> {
  const gone = new AbortController();
  const call = callOf(context, agent, gone.signal);
  const events = sseEvents(runtime, { id, dialect }, record.following(await run(call)));
  const { allowance } = call;
  return sseResponse(events, { gone: () => gone.abort(), allowance, headers: extensionsHeader(call) });
}

/** Answers a request that was refused before it was read, such as one with too large a body. */
export function jsonRpcError(error: A2AError): Response {
  return refuse(null, error);
}

function sseEvents(
  runtime: Runtime,
  { id, dialect }: { readonly id: RequestId; readonly dialect: Dialect },
  stream: AsyncIterable<PositionedResponse>,
): AsyncIterable<SseEvent> {
  return mapped(
    stream,
    ({ position, response }) => ({
      id: String(position),
      data: JSON.stringify({ jsonrpc: '2.0', id, result: dialect.writeEvent(response) }),
    }),
    (thrown) => {
      // The response has begun, so an error can only be its last event.
      return { id: '', data: errorText(id, callerError(runtime, thrown)) };
    },
  );
}

interface Result {
  readonly result: unknown;
  /** The task that the result shows or comes from. */
  readonly taskId: string | undefined;
}

/** @throws A2AError ANSWER_TOO_LARGE; OverloadError */
function answer(
  { runtime, context, id }: Received,
  { result, taskId }: Result,
  headers: Record<string, string>,
): Response {
  const text = JSON.stringify({ jsonrpc: '2.0', id, result });
  checkAnswer(text, taskId, { allowance: allowanceOf(context), maxBytes: runtime.settings.maxAnswerBytes });
  return new Response(text, { headers: { 'content-type': 'application/json', ...headers } });
}

const reasonsWithStatus: ReadonlySet<A2AErrorReason> = new Set([
  'PAYLOAD_TOO_LARGE',
  'AGENT_NOT_FOUND',
  'STORE_UNAVAILABLE',
  'TOO_MANY_CONNECTIONS',
  'TOO_MANY_UNREAD_ANSWERS',
  'TOO_MANY_OPEN_REQUESTS',
  'MESH_BUSY',
  'IDEMPOTENCY_KEY_REUSED',
]);

function refuse(id: RequestId, error: A2AError): Response {
  // A JSON-RPC error is an answer with status 200, unless HTTP has a status for the refusal.
  const status = reasonsWithStatus.has(error.reason) ? error.httpStatus : 200;
  const headers = { 'content-type': 'application/json', ...refusalHeaders(error) };
  return new Response(errorText(id, error), { status, headers });
}

/** Both official clients of A2A 0.3 lose an error of a stream that is not one of its events. */
function refuseInStream(id: RequestId, error: A2AError): Response {
  if (reasonsWithStatus.has(error.reason)) return refuse(id, error);
  return new Response(`data: ${errorText(id, error)}\n\n`, {
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
  });
}

function errorText(id: RequestId, { jsonRpcCode: code, message, details }: A2AError): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, data: details } });
}

/** Labels come from the registry. Otherwise a caller could create any number of labels. */
function skillLabel(agent: RegisteredAgent, method: string): string {
  return agent.card.skills.some(({ id }) => id === method) ? method : 'unknown';
}
