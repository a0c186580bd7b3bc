import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Context, Hono } from 'hono';
import { ConfigurationError } from '#shared/errors.ts';
import type { Allowance } from '#shared/http/allowance.ts';
import { nothingHere } from '#shared/http/refusal.ts';
import type { HttpService } from '#shared/http/service.ts';
import type { WiredFunction } from '#wiring/types.ts';
import type { Admission } from '../connections/admission.ts';
import type { LocalAuthorizer } from './authorize.ts';
import { headersOf } from './authorizer-event.ts';

interface Environment {
  Bindings: {
    readonly incoming?: IncomingMessage;
    readonly outgoing?: ServerResponse;
    requestContext?: { authorizer: Readonly<Record<string, unknown>> };
    allowance?: Allowance;
  };
}

export interface Doorkeepers {
  /** By the name of their function. */
  readonly authorizers: ReadonlyMap<string, LocalAuthorizer>;
  readonly admission: Pick<Admission, 'allow' | 'allowAnybody'>;
}

/**
 * Replaces API Gateway on one machine. It serves only the routes of serverless.yml, each behind its authorizer, and gives
 * the function the authorizer's context.
 */
export function createApiGateway(
  functions: readonly WiredFunction[],
  services: ReadonlyMap<string, HttpService>,
  { authorizers, admission }: Doorkeepers,
): Hono<Environment> {
  // As on API Gateway, a slash at the end of a path makes no difference.
  const api = new Hono<Environment>({ strict: false });
  const routes = functions.flatMap(({ name, routes }) => routes.map((route) => ({ ...route, name })));
  for (const { name, method, path, authorizer } of routes.sort((a, b) => order(a.path, b.path))) {
    const service = services.get(name);
    if (service === undefined)
      throw new ConfigurationError(`The function ${name} has routes but exports no HTTP service.`);
    const guard = authorizer === undefined ? undefined : authorizers.get(authorizer);
    if (authorizer !== undefined && guard === undefined) {
      throw new ConfigurationError(
        `The route ${method} ${path} names the authorizer ${authorizer}, but there is no such function.`,
      );
    }
    api.on(method === 'ANY' ? methods : [method], [honoPath(path)], (context) =>
      serve(context, { path, service, guard, admission }),
    );
  }
  api.notFound(nothingHere);
  return api;
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

interface Served {
  /** The path in the form of serverless.yml. */
  readonly path: string;
  readonly service: HttpService;
  readonly guard: LocalAuthorizer | undefined;
  readonly admission: Doorkeepers['admission'];
}

async function serve(
  context: Context<Environment>,
  { path: resource, service, guard, admission }: Served,
): Promise<Response> {
  const { req, env } = context;
  const { incoming, outgoing } = env;
  // The request must not bring its own context: only an authorizer may set it.
  delete env.requestContext;
  if (guard) {
    const path = req.path.length > 1 && req.path.endsWith('/') ? req.path.slice(0, -1) : req.path;
    const { method } = req;
    const authorized = await guard.authorize({ method, path, authorization: req.header('authorization') }, () => ({
      resource,
      pathParameters: pathParameters(resource, path),
      headers: env.incoming ? headersOf(env.incoming.rawHeaders) : [...req.raw.headers],
      query: new URL(req.url).searchParams,
      sourceIp: env.incoming?.socket.remoteAddress ?? '',
    }));
    if ('refusal' in authorized) return authorized.refusal;
    env.requestContext = { authorizer: authorized.context };
    const { clientId } = authorized.context;
    if (incoming && outgoing && typeof clientId === 'string') {
      env.allowance = admission.allow(incoming, outgoing, clientId);
    }
  } else if (incoming && outgoing) {
    env.allowance = admission.allowAnybody(incoming, outgoing);
  }
  return service.app.fetch(req.raw, env);
}

/**
 * Hono takes the first route that matches, and API Gateway the most specific one: at the first segment that differs, a literal
 * comes before a parameter, and a parameter before the rest of the path. A path comes before the longer ones below it, because
 * Hono's `*` matches nothing too.
 */
function order(one: string, other: string): number {
  const [ones, others] = [rankedSegments(one), rankedSegments(other)];
  const at = ones.findIndex((segment, index) => segment !== others[index]);
  if (at === -1) return ones.length - others.length;
  return (ones[at] ?? '') < (others[at] ?? '') ? -1 : 1;
}

function rankedSegments(path: string): readonly string[] {
  return path
    .split('/')
    .map((segment) => `${segment.startsWith('{') ? (segment.endsWith('+}') ? 3 : 2) : 1}${segment}`);
}

/** `/agents/{agentId}` in Hono's syntax: `/agents/:agentId`. `{proxy+}` matches the rest of the path. */
function honoPath(path: string): string {
  return path.replace(/\{[A-Za-z0-9_]+\+\}/g, '*').replace(/\{([A-Za-z0-9_]+)\}/g, ':$1');
}

/** The values of the parameters of `/agents/{agentId}`, as the URL has them. `{proxy+}` takes the rest of the path. */
function pathParameters(resource: string, path: string): Record<string, string> {
  const names: string[] = [];
  const pattern = resource.replace(/\{([A-Za-z0-9_]+)(\+?)\}/g, (_, name: string, rest: string) => {
    names.push(name);
    return rest === '' ? '([^/]+)' : '(.+)';
  });
  const [, ...values] = new RegExp(`^${pattern}$`).exec(path) ?? [];
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}
