import { adminError } from '#shared/admin/schemas.ts';
import type { Parameters } from '#shared/http/query.ts';
import type { MeshSettings } from '#shared/runtime/settings.ts';
import { ADMIN_SCOPE } from '#shared/security/scopes.ts';
import type { AdminRoute } from './route.ts';

const errors = {
  400: 'A parameter or the body is not valid.',
  401: 'The access token is missing or not valid.',
  403: `The token lacks the scope ${ADMIN_SCOPE}.`,
  404: 'The thing does not exist.',
  503: 'The mesh cannot reach its store now.',
} as const;

/**
 * The OpenAPI document of the admin API. It is made of the schemas that also check the requests.
 *
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export function openApiDocument(
  routes: readonly AdminRoute[],
  { url, tokenUrl }: Pick<MeshSettings, 'url' | 'tokenUrl'>,
): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = `/admin${route.path}`;
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Starling admin API', version: '1' },
    servers: [{ url }],
    security: [{ oauth2: [ADMIN_SCOPE] }],
    paths,
    components: {
      securitySchemes: {
        oauth2: {
          type: 'oauth2',
          flows: { clientCredentials: { tokenUrl, scopes: { [ADMIN_SCOPE]: 'Administer the mesh.' } } },
        },
      },
      schemas: { Error: adminError },
    },
  };
}

function operationOf({ method, path, summary, query, body, answer }: AdminRoute): Readonly<Record<string, unknown>> {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  return {
    operationId: `${method}${path.replaceAll(/[^a-zA-Z0-9]+(\w?)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary,
    parameters: [...inPath, ...queryParameters(query)],
    ...(body !== undefined && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: { ...answerOf(answer), ...errorAnswers },
  };
}

function queryParameters(query: Parameters) {
  return Object.entries(query).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    description,
    schema,
  }));
}

function answerOf(answer: AdminRoute['answer']): Readonly<Record<string, unknown>> {
  if (answer === undefined) return { 204: { description: 'Done.' } };
  const content =
    answer === 'text/event-stream'
      ? { 'text/event-stream': { schema: { type: 'string' } } }
      : { 'application/json': { schema: answer } };
  return { 200: { description: 'The answer.', content } };
}

const errorAnswers = Object.fromEntries(
  Object.entries(errors).map(([status, description]) => [
    status,
    { description, content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } },
  ]),
);
