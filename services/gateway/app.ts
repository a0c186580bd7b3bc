import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { A2AError } from '#shared/a2a/errors.ts';
import { oauthError } from '#shared/http/oauth-error.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { Correlator } from '#shared/tasks/correlator.ts';
import { Operations } from './a2a/operations.ts';
import { adminRoutes } from './admin/routes.ts';
import { cardEndpoint } from './cards.ts';
import { type GatewayEnvironment, principalOf } from './environment.ts';
import { eventsEndpoint, eventsTooLarge } from './events/endpoint.ts';
import { jsonRpcEndpoint, jsonRpcError } from './jsonrpc/endpoint.ts';

/** What nginx writes down for a client that broke off its call; nobody reads it as an answer. */
const CLIENT_GONE = 499;

export interface Gateway {
  readonly app: Hono<GatewayEnvironment>;
  /** Ends every wait and stream, and has /health say so: the process is about to stop. */
  drain(): void;
}

/**
 * The HTTP edge. Who may call what was decided before, by the authorizer of each route in serverless.yml; a host serves
 * no route that does not stand there.
 */
export function createGateway(runtime: Runtime): Gateway {
  const correlator = new Correlator(runtime.tasks);
  const operations = new Operations(runtime, correlator);
  const draining = new AbortController();
  const { maxBodyBytes } = runtime.settings;
  const tooLarge = () =>
    jsonRpcError(
      new A2AError(
        'PAYLOAD_TOO_LARGE',
        `The body is larger than ${maxBodyBytes} bytes. Send large parts by their url, or raise STARLING_MAX_BODY.`,
      ),
    );
  const app = new Hono<GatewayEnvironment>({ strict: false });
  app.post('/agents/:agentId', limited(maxBodyBytes, tooLarge), jsonRpcEndpoint(runtime, operations));
  app.get('/agents/:agentId/.well-known/agent-card.json', cardEndpoint(runtime));
  app.get('/health', (context) =>
    draining.signal.aborted ? context.json({ status: 'draining' }, 503) : context.json({ status: 'ok' }),
  );
  // Every host has these behind the authorizer. One that has not is wired wrongly, and shows nothing.
  const authorized: MiddlewareHandler<GatewayEnvironment> = (context, next) =>
    principalOf(context)
      ? next()
      : Promise.resolve(oauthError(401, 'invalid_token', 'This call needs an access token.'));
  app.use('/metrics', authorized);
  app.use('/events', authorized);
  app.use('/admin/*', authorized);
  app.get(
    '/metrics',
    async () =>
      new Response(await runtime.metrics.text(), { headers: { 'content-type': runtime.metrics.contentType } }),
  );
  app.post(
    '/events',
    limited(maxBodyBytes, () => eventsTooLarge(maxBodyBytes)),
    eventsEndpoint(runtime),
  );
  app.route('/admin', adminRoutes(runtime, { draining: draining.signal }));
  app.onError((error, context) => {
    if (context.req.raw.signal.aborted) return new Response(null, { status: CLIENT_GONE });
    runtime.log.error('a request failed', { error, method: context.req.method });
    return context.json(
      { error: { code: 'INTERNAL_ERROR', message: 'The gateway failed; its log has the details.' } },
      500,
    );
  });
  app.notFound((context) =>
    context.json({ error: { code: 'NOT_FOUND', message: 'There is nothing at this path.' } }, 404),
  );
  return {
    app,
    drain() {
      draining.abort();
      correlator.drain();
    },
  };
}

/** @param maxBodyBytes bytes */
function limited(maxBodyBytes: number, tooLarge: () => Response): MiddlewareHandler {
  const counted = bodyLimit({ maxSize: maxBodyBytes, onError: tooLarge });
  // HTTP holds a body to the length it announces; only one without is counted, which is slow.
  return (context, next) => {
    const length = context.req.header('content-length');
    if (length === undefined || context.req.header('transfer-encoding') !== undefined) return counted(context, next);
    return Number(length) > maxBodyBytes ? Promise.resolve(tooLarge()) : next();
  };
}
