import type { Context, Hono } from 'hono';
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { readJson } from '#shared/http/json-body.ts';
import { type Parameters, type Query, readQuery } from '#shared/http/query.ts';
import { HttpError } from '#shared/http/refusal.ts';
import { type JsonCheck, jsonCheck } from '#shared/json-schema.ts';
import { allowanceOf, type GatewayContext, type GatewayEnvironment } from '../environment.ts';

/** `/tasks/{id}` gives `{ id: string }`. */
type PathParameters<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [Each in Name | keyof PathParameters<Rest>]: string }
  : Readonly<Record<never, string>>;

type BodyOf<Schema> = Schema extends JSONSchema ? FromSchema<Schema> : undefined;

/** The parts of a request that a handler receives. The request fits the schemas of the route. */
export interface AdminCall<Path extends string, Of extends Parameters, Body> {
  readonly path: PathParameters<Path>;
  readonly query: Query<Of>;
  readonly body: Body;
  readonly context: GatewayContext;
}

/** A route of the admin API, for the router and the OpenAPI document. */
export interface AdminRoute {
  readonly method: 'get' | 'post' | 'delete';
  /** Below /admin: `/tasks/{id}` */
  readonly path: string;
  /** One sentence. */
  readonly summary: string;
  readonly query: Parameters;
  /** Undefined when the route takes no body. */
  readonly body: JSONSchema | undefined;
  /** Undefined when the answer has no body (204). */
  readonly answer: JSONSchema | 'text/event-stream' | undefined;
  readonly mount: (routes: Hono<GatewayEnvironment>) => void;
}

interface RouteDefinition<Path extends string, Of extends Parameters, Body extends JSONSchema | undefined> {
  readonly method: AdminRoute['method'];
  readonly path: Path;
  readonly summary: string;
  readonly query?: Of;
  readonly body?: Body;
  readonly answer?: AdminRoute['answer'];
  /** Returns the answer as a value, or a whole response. Its errors are answered by `answerError`. */
  readonly handle: (call: AdminCall<Path, Of, BodyOf<Body>>) => unknown | Promise<unknown>;
}

/**
 * Defines a route once. The schemas check the request, type the handler, and appear in GET /admin/openapi.json.
 *
 * @example
 * adminRoute({
 *   method: 'post',
 *   path: '/agents/{id}/pause',
 *   summary: 'Stops the delivery of tasks to an agent.',
 *   body: { type: 'object', properties: { reason: { type: 'string' } }, required: ['reason'] } as const,
 *   answer: adminAgent,
 *   handle: ({ path, body }) => pause(path.id, body.reason),
 * });
 */
export function adminRoute<
  const Path extends string,
  const Of extends Parameters = Record<never, never>,
  const Body extends JSONSchema | undefined = undefined,
>(definition: RouteDefinition<Path, Of, Body>): AdminRoute {
  const { method, path, summary, body, answer, handle } = definition;
  const query = (definition.query ?? {}) as Of;
  const check = body === undefined ? undefined : jsonCheck(body as Record<string, unknown>, 'the body');
  return {
    method,
    path,
    summary,
    query,
    body,
    answer,
    mount(routes) {
      routes.on(method.toUpperCase(), path.replaceAll(/\{(\w+)\}/g, ':$1'), async (context) => {
        const result = await handle({
          path: context.req.param() as PathParameters<Path>,
          query: readQuery(query, context.req.query()),
          body: (check && (await readBody(context, check))) as BodyOf<Body>,
          context,
        });
        if (result instanceof Response) return result;
        if (result === undefined) return context.body(null, 204);
        const text = JSON.stringify(result);
        allowanceOf(context)?.hold(Buffer.byteLength(text));
        return context.body(text, { headers: { 'content-type': 'application/json' } });
      });
    },
  };
}

/** @throws JsonBodyError; HttpError INVALID_BODY */
async function readBody(context: Context, check: JsonCheck): Promise<unknown> {
  const value = readJson(new Uint8Array(await context.req.arrayBuffer()));
  const problem = check(value);
  if (problem !== undefined) throw new HttpError(400, 'INVALID_BODY', `The body is not valid: ${problem}.`);
  return value;
}
