import { A2AError } from '#shared/a2a/errors.ts';
import { messageOf, StarlingError } from '#shared/errors.ts';
import { isAgentId } from '#shared/ids.ts';
import type { RegisteredAgent } from '#shared/ports/agent-registry.ts';
import { isStoreUnavailable } from '#shared/ports/errors.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import type { Call, Operations } from '../a2a/operations.ts';
import type { PositionedResponse } from '../a2a/stream-responses.ts';
import { type GatewayContext, principalOf } from '../environment.ts';
import { type SseEvent, sseResponse } from '../sse.ts';
import { operationOf } from './methods.ts';
import { JsonRpcRequestError, paramsObject, type RequestId, readRequest } from './request.ts';
import { callSkill } from './skill-call.ts';
import { checkVersion } from './version.ts';

/** What has one answer is answered, whether or not somebody is still there: its task goes on anyway. */
const never = new AbortController().signal;

/** POST /agents/{agentId}: the JSON-RPC binding of A2A (§9), and an agent's skills as methods of their own. */
export function jsonRpcEndpoint(runtime: Runtime, operations: Operations) {
  return async (context: GatewayContext): Promise<Response> => {
    const agentId = context.req.param('agentId') ?? '';
    let id: RequestId = null;
    let agent: RegisteredAgent | undefined;
    // Outside of the try: what fails here is no call yet, and the app's to tell.
    const body = Buffer.from(await context.req.arrayBuffer());
    try {
      const request = readRequest(body);
      id = request.id;
      checkVersion(context.req.header('a2a-version') ?? context.req.query('A2A-Version'), request.method);
      agent = await findAgent(runtime, agentId);
      runtime.metrics.count('starling_calls_total', { agent: agent.id, method: methodLabel(agent, request.method) });
      const operation = operationOf(request.method);
      if (operation === undefined) {
        const call = callOf(context, agent, never);
        const { result, taskId } = await callSkill(runtime, operations, call, request);
        return answer(id, { result }, { 'Starling-Task-Id': taskId });
      }
      if (operation.kind === 'unary') {
        const call = callOf(context, agent, never);
        return answer(id, { result: await operation.run(operations, call, paramsObject(request)) });
      }
      const gone = new AbortController();
      const call = callOf(context, agent, gone.signal);
      const stream = await operation.run(operations, call, paramsObject(request));
      return sseResponse(sseEvents(runtime, id, stream), () => gone.abort(), {});
    } catch (thrown) {
      const error = callerError(runtime, thrown);
      runtime.metrics.count('starling_call_errors_total', {
        // From what the mesh knows, so that no caller can make the labels many.
        agent: agent?.id ?? 'unknown',
        code: error.reason,
      });
      return refuse(thrown instanceof JsonRpcRequestError ? thrown.id : id, error);
    }
  };
}

/** The error of a request that the host turned away before it could be read, such as one with too large a body. */
export function jsonRpcError(error: A2AError): Response {
  return refuse(null, error);
}

async function findAgent(runtime: Runtime, agentId: string): Promise<RegisteredAgent> {
  const agent = isAgentId(agentId) ? await runtime.registry.get(agentId) : undefined;
  if (agent === undefined) throw new A2AError('AGENT_NOT_FOUND', `There is no agent "${agentId.slice(0, 80)}" here.`);
  return agent;
}

/** `signal` aborts when the client goes. */
function callOf(context: GatewayContext, agent: RegisteredAgent, signal: AbortSignal): Call {
  const principal = principalOf(context);
  const { timeUp } = context.env;
  // The route is behind the authorizer: without a principal the host is wired wrongly, and nobody may pass.
  if (principal === undefined) throw new Error('a call came without a principal from the authorizer');
  return {
    agent,
    principal,
    signal: timeUp ? AbortSignal.any([signal, timeUp]) : signal,
    timeUp,
    traceparent: context.req.header('traceparent'),
    lastEventId: context.req.header('last-event-id'),
  };
}

async function* sseEvents(
  runtime: Runtime,
  id: RequestId,
  stream: AsyncIterable<PositionedResponse>,
): AsyncIterable<SseEvent> {
  try {
    for await (const { position, response } of stream) {
      yield { id: String(position), data: JSON.stringify({ jsonrpc: '2.0', id, result: response }) };
    }
  } catch (error) {
    // The response has begun: an error can only be its last event.
    const { jsonRpcCode: code, message, details } = callerError(runtime, error);
    yield { id: '', data: JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, data: details } }) };
  }
}

/** What the caller may know of an error; the rest goes to the log. */
function callerError(runtime: Runtime, thrown: unknown): A2AError {
  if (thrown instanceof A2AError) return thrown;
  if (!isStoreUnavailable(thrown)) runtime.log.error('a call failed', { error: thrown });
  if (thrown instanceof StarlingError && thrown.code.startsWith('STORE_')) {
    return new A2AError('STORE_UNAVAILABLE', 'The mesh cannot store anything now: nothing was done. Try again later.');
  }
  return new A2AError(
    'INTERNAL_ERROR',
    'The gateway failed: nothing more is known to you, and its log has the details.',
    {
      cause: messageOf(thrown),
    },
  );
}

function answer(id: RequestId, body: { result: unknown }, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify({ jsonrpc: '2.0', id, ...body }), {
    headers: { 'content-type': 'application/json', ...headers },
  });
}

function refuse(id: RequestId, error: A2AError): Response {
  const { jsonRpcCode: code, message, details, metadata, httpStatus } = error;
  // JSON-RPC errors are answers (200), except where HTTP itself has to say no.
  const status =
    error.reason === 'PAYLOAD_TOO_LARGE' || error.reason === 'AGENT_NOT_FOUND' || error.reason === 'STORE_UNAVAILABLE'
      ? httpStatus
      : 200;
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (metadata.taskId !== undefined) headers['Starling-Task-Id'] = metadata.taskId;
  return new Response(JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, data: details } }), {
    status,
    headers,
  });
}

/** Labels come from what the mesh knows, so that no caller can make them many. */
function methodLabel(agent: RegisteredAgent, method: string): string {
  if (operationOf(method)) return method;
  return agent.card.skills.some(({ id }) => id === method) ? method : 'unknown';
}
