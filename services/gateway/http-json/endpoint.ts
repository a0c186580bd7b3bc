import { A2AError } from '#shared/a2a/errors.ts';
import { mapped } from '#shared/async-iterables.ts';
import { JsonBodyError, readJsonText } from '#shared/http/json-body.ts';
import { isObject } from '#shared/objects.ts';
import { unportable } from '#shared/portable-json.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { checkAnswer, refusalHeaders, taskHeader, taskIdOf } from '../a2a/answer.ts';
import { callerError, callOf, findAgent } from '../a2a/call.ts';
import { CallRecord } from '../a2a/call-record.ts';
import { checkContentType } from '../a2a/content-type.ts';
import type { Dialect, Version } from '../a2a/dialects/dialect.ts';
import { v1 } from '../a2a/dialects/v1.ts';
import { v03Proto } from '../a2a/dialects/v03-proto.ts';
import { extensionsHeader } from '../a2a/extensions.ts';
import { operationTable } from '../a2a/operation-table.ts';
import type { Operations } from '../a2a/operations.ts';
import { checkTenant, type Params } from '../a2a/params.ts';
import type { PositionedResponse } from '../a2a/stream-responses.ts';
import { versionOf } from '../a2a/version.ts';
import { allowanceOf, type GatewayContext } from '../environment.ts';
import { type SseEvent, sseResponse } from '../sse.ts';
import { matchPath, type PathMatch } from './paths.ts';

/** A call with one answer is answered even after the client has disconnected, because its task continues anyway. */
const never = new AbortController().signal;

/** `/agents/{agentId}/…`: the HTTP+JSON binding of A2A (§11). */
export function httpJsonEndpoint(runtime: Runtime, operations: Operations) {
  return async (context: GatewayContext): Promise<Response> => {
    const agentId = context.req.param('agentId') ?? '';
    const { method } = context.req;
    const record = new CallRecord(runtime);
    const allowance = allowanceOf(context);
    let dialect: Dialect = v1;
    // Outside the try: an incomplete body is not a call yet. The app answers it.
    const body = method === 'POST' ? Buffer.from(await context.req.arrayBuffer()) : undefined;
    try {
      const match = matchPath(method, pathBelow(context));
      if (match === undefined) throw noOperation(context);
      if (!('operation' in match)) return methodNotAllowed(method, match);
      const operation = operationTable[match.operation];
      dialect = dialectOf(match, versionOf(context));
      allowance?.admit();
      const given = body === undefined ? readQuery(context) : readBody(context, body);
      const params = dialect.read(match.operation, { ...given, ...match.params });
      const agent = await findAgent(runtime, agentId);
      record.permitted(agent, match.operation);
      checkTenant(params, agentId);
      if (operation.kind === 'stream') {
        const gone = new AbortController();
        const call = callOf(context, agent, gone.signal);
        const stream = record.following(await operation.run(operations, call, params));
        const events = sseEvents(runtime, dialect, stream);
        return sseResponse(events, { gone: () => gone.abort(), allowance, headers: extensionsHeader(call) });
      }
      const call = callOf(context, agent, never);
      const answered = await operation.run(operations, call, params);
      const text = JSON.stringify(dialect.write(answered));
      checkAnswer(text, taskIdOf(answered), { allowance, maxBytes: runtime.settings.maxAnswerBytes });
      record.answered(answered);
      return new Response(text, {
        headers: { 'content-type': typeOfAnswer(context), ...extensionsHeader(call), ...taskHeader(answered) },
      });
    } catch (thrown) {
      const error = callerError(runtime, thrown);
      record.failed(error);
      return httpJsonError(error, dialect.version);
    }
  };
}

/** The body of an error is that of §11.6. Clients of A2A 0.3 read the error of its JSON-RPC. */
export function httpJsonError(error: A2AError, version: Version = '1.0', status = error.httpStatus): Response {
  const { message, details, jsonRpcCode, statusName } = error;
  const body =
    version === '1.0'
      ? { error: { code: status, status: statusName, message, details } }
      : { type: legacyType(error), code: jsonRpcCode, message, data: details };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...refusalHeaders(error) },
  });
}

/** Python's clients of 0.3 know an error by the name of their class: `TaskNotFoundError`. */
function legacyType({ reason }: A2AError): string {
  const words = reason.toLowerCase().split('_');
  return `${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}Error`;
}

/** The path below the address of the agent, as the request spells it. */
function pathBelow({ req: { path } }: GatewayContext): string {
  return path.slice(path.indexOf('/', '/agents/'.length));
}

/** The header decides. Without it, a path with `/v1` is one of A2A 0.3. */
function dialectOf({ hasVersion }: PathMatch, asked: Version | undefined): Dialect {
  return (asked ?? (hasVersion ? '0.3' : '1.0')) === '0.3' ? v03Proto : v1;
}

/** Each value is a text. The operations read numbers and booleans from texts too. */
function readQuery(context: GatewayContext): Params {
  const { 'A2A-Version': _, ...params } = context.req.query();
  return params;
}

/** @throws A2AError */
function readBody(context: GatewayContext, body: Buffer): Params {
  checkContentType(context);
  // CancelTask and SubscribeToTask need no body. Some clients of A2A 0.3 then send null.
  if (body.length === 0) return {};
  const { text, value, mayBeInexact } = parse(body);
  if (value === null) return {};
  if (!isObject(value)) throw new A2AError('INVALID_REQUEST', 'The body is not a JSON object.');
  const problem = unportable(text, value, mayBeInexact);
  if (problem !== undefined) throw new A2AError('INVALID_PARAMS', `${problem}.`);
  return value;
}

function parse(body: Buffer) {
  try {
    return readJsonText(body);
  } catch (cause) {
    if (!(cause instanceof JsonBodyError)) throw cause;
    throw new A2AError(cause.reason === 'nesting' ? 'INVALID_REQUEST' : 'PARSE_ERROR', cause.message, { cause });
  }
}

function sseEvents(
  runtime: Runtime,
  dialect: Dialect,
  stream: AsyncIterable<PositionedResponse>,
): AsyncIterable<SseEvent> {
  return mapped(
    stream,
    ({ position, response }) => ({ id: String(position), data: JSON.stringify(dialect.writeEvent(response)) }),
    (thrown) => {
      // The response has begun, so an error can only be its last event.
      const { httpStatus, statusName, message, details } = callerError(runtime, thrown);
      const error = { code: httpStatus, status: statusName, message, details };
      return { id: '', data: JSON.stringify({ error }) };
    },
  );
}

/** Most clients read JSON of either name. The official kit wants the general name unless it asks for the other one. */
function typeOfAnswer(context: GatewayContext): string {
  const { req } = context;
  const asked = `${req.header('accept') ?? ''},${req.header('content-type') ?? ''}`;
  return asked.includes('application/a2a+json') ? 'application/a2a+json' : 'application/json';
}

function noOperation(context: GatewayContext): A2AError {
  const path = context.req.path.slice(0, 200);
  return new A2AError(
    'METHOD_NOT_FOUND',
    `There is no operation of A2A at ${path}: its paths are /message:send, /message:stream, /tasks and /extendedAgentCard.`,
  );
}

function methodNotAllowed(method: string, allowed: readonly string[]): Response {
  const allow = allowed.join(', ');
  const error = new A2AError('METHOD_NOT_FOUND', `There is no ${method} at this path. Send ${allow}.`);
  const response = httpJsonError(error, '1.0', 405);
  response.headers.set('allow', allow);
  return response;
}
