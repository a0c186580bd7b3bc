import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { A2AError } from '#shared/a2a/errors.ts';
import { OverloadError, overloadRefusal } from '#shared/http/allowance.ts';
import { oauthError } from '#shared/http/oauth-error.ts';
import { internalError, nothingHere, refusal } from '#shared/http/refusal.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { Correlator } from '#shared/tasks/correlator.ts';
import { callerError } from './a2a/call.ts';
import { Operations } from './a2a/operations.ts';
import { adminRoutes } from './admin/routes.ts';
import { cardEndpoint } from './cards.ts';
import { allowanceOf, type GatewayEnvironment, principalOf } from './environment.ts';
import { eventsEndpoint, eventsTooLarge } from './events/endpoint.ts';
import { httpJsonEndpoint, httpJsonError } from './http-json/endpoint.ts';
import { jsonRpcEndpoint, jsonRpcError } from './jsonrpc/endpoint.ts';

/** nginx logs this status for a client that closed the connection. No client reads the answer. */
const CLIENT_GONE = 499;

export interface Gateway {
  readonly app: Hono<GatewayEnvironment>;
  /** Aborts when the process is about to stop. Every wait and stream ends then, and /health reports it. */
  drain(): void;
}

interface Parts {
  readonly runtime: Runtime;
  readonly correlator: Correlator;
  readonly draining: AbortSignal;
}

type App = Hono<GatewayEnvironment>;

/**
 * The steps of a request, in this order. A step adds routes, or middleware for the routes of later steps. Limits,
 * audit, tracing and CORS get a line here.
 */
const steps: readonly ((app: App, parts: Parts) => void)[] = [
  answerErrors,
  serveAgents,
  serveHealth,
  requireToken,
  serveMetrics,
  serveEvents,
  serveAdmin,
];

/**
 * The HTTP edge. The authorizer of the route in serverless.yml has already decided whether the caller may call it. A
 * host serves only the routes in that file.
 */
export function createGateway(runtime: Runtime): Gateway {
  const correlator = new Correlator(runtime.tasks);
  const draining = new AbortController();
  const app: App = new Hono<GatewayEnvironment>({ strict: false });
  for (const step of steps) step(app, { runtime, correlator, draining: draining.signal });
  return {
    app,
    drain() {
      draining.abort();
      correlator.drain();
    },
  };
}

function answerErrors(app: App, { runtime }: Parts): void {
  app.onError((error, context) => {
    if (context.req.raw.signal.aborted) return new Response(null, { status: CLIENT_GONE });
    if (error instanceof OverloadError) return overloadRefusal(error);
    runtime.log.error('a request failed', { error, method: context.req.method });
    return internalError();
  });
  app.notFound(nothingHere);
}

/** These routes come before the others, so a call runs no middleware that it does not need. */
function serveAgents(app: App, { runtime, correlator }: Parts): void {
  const { maxBodyBytes } = runtime.settings;
  const operations = new Operations(runtime, correlator);
  const boundedBy = (refuse: (error: A2AError) => Response) =>
    bounded(maxBodyBytes, {
      tooLarge: () =>
        refuse(
          new A2AError(
            'PAYLOAD_TOO_LARGE',
            `The body is larger than ${maxBodyBytes} bytes. Send large parts by their url, or raise STARLING_MAX_BODY.`,
          ),
        ),
      overload: (error) => refuse(callerError(runtime, error)),
    });
  app.post('/agents/:agentId', boundedBy(jsonRpcError), jsonRpcEndpoint(runtime, operations));
  app.get('/agents/:agentId/.well-known/agent-card.json', cardEndpoint(runtime));
  app.on(
    ['GET', 'POST', 'DELETE'],
    '/agents/:agentId/*',
    boundedBy(httpJsonError),
    httpJsonEndpoint(runtime, operations),
  );
}

function serveHealth(app: App, { draining }: Parts): void {
  app.get('/health', (context) =>
    draining.aborted ? context.json({ status: 'draining' }, 503) : context.json({ status: 'ok' }),
  );
}

/**
 * Every host puts these paths behind the authorizer. A host without the authorizer is wired wrongly: it gets no data.
 */
function requireToken(app: App): void {
  const authorized: MiddlewareHandler<GatewayEnvironment> = (context, next) =>
    principalOf(context)
      ? next()
      : Promise.resolve(oauthError(401, 'invalid_token', 'This call needs an access token.'));
  for (const path of ['/metrics', '/events', '/admin/*']) app.use(path, authorized);
  // Operators read the metrics of a mesh that refuses other calls.
  for (const path of ['/events', '/admin/*']) app.use(path, admitted);
}

const admitted: MiddlewareHandler<GatewayEnvironment> = (context, next) => {
  try {
    allowanceOf(context)?.admit();
  } catch (error) {
    if (error instanceof OverloadError) return Promise.resolve(overloadRefusal(error));
    throw error;
  }
  return next();
};

function serveMetrics(app: App, { runtime: { metrics } }: Parts): void {
  app.get(
    '/metrics',
    async () => new Response(await metrics.text(), { headers: { 'content-type': metrics.contentType } }),
  );
}

function serveEvents(app: App, { runtime }: Parts): void {
  const { maxBodyBytes } = runtime.settings;
  app.post(
    '/events',
    bounded(maxBodyBytes, { tooLarge: () => eventsTooLarge(maxBodyBytes), overload: overloadRefusal }),
    eventsEndpoint(runtime),
  );
}

function serveAdmin(app: App, { runtime, correlator, draining }: Parts): void {
  const { maxBodyBytes } = runtime.settings;
  const tooLarge = () =>
    refusal(413, 'PAYLOAD_TOO_LARGE', `The body is larger than ${maxBodyBytes} bytes. Raise STARLING_MAX_BODY.`);
  app.use('/admin/*', bounded(maxBodyBytes, { tooLarge, overload: overloadRefusal }));
  app.route('/admin', adminRoutes(runtime, { correlator, draining }));
}

/** Bounds the body of a request, and the bytes of all bodies in work. */
function bounded(maxBodyBytes: number, refuse: BodyRefusals): MiddlewareHandler<GatewayEnvironment> {
  const counted = bodyLimit({ maxSize: maxBodyBytes, onError: refuse.tooLarge });
  // HTTP limits a body to its Content-Length. Counting is slow, so only bodies without that header are counted.
  return (context, next) => {
    const { method } = context.req;
    if (method === 'GET' || method === 'HEAD') return next();
    const length = context.req.header('content-length');
    const hasLength = length !== undefined && context.req.header('transfer-encoding') === undefined;
    if (hasLength && Number(length) > maxBodyBytes) return Promise.resolve(refuse.tooLarge());
    try {
      allowanceOf(context)?.receive(hasLength ? Number(length) : maxBodyBytes);
    } catch (error) {
      if (error instanceof OverloadError) return Promise.resolve(refuse.overload(error));
      throw error;
    }
    return hasLength ? next() : counted(context, next);
  };
}

interface BodyRefusals {
  readonly tooLarge: () => Response;
  readonly overload: (error: OverloadError) => Response;
}
