import type { APIGatewayProxyEvent } from 'aws-lambda';

export interface RestCall {
  readonly method?: string;
  /** The path of the API's resource, such as /agents/{agentId}. */
  readonly resource?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, readonly string[]>>;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer | null;
  /** What the authorizer said; undefined on a route without one. */
  readonly authorizer?: Readonly<Record<string, string>> | undefined;
  /** Of a custom domain: it stands in the event's path and in no resource. */
  readonly basePath?: string;
}

export const caller = { clientId: 'app', scopes: 'starling/agents:invoke', principalId: 'app' };

/** The event of a REST API's proxy integration. A body of bytes comes as Base64. */
export function restEvent(call: RestCall = {}): APIGatewayProxyEvent {
  const { method = 'POST', resource = '/agents/{agentId}', parameters = {}, body = null, basePath = '' } = call;
  const path = resource.replaceAll(/\{([^}+]+)\+?\}/g, (_, name: string) => parameters[name] ?? '');
  const headers = Object.entries(call.headers ?? {}).map(([name, value]): [string, string[]] => [name, [value].flat()]);
  const query = Object.entries(call.query ?? {}).map(([name, values]): [string, string[]] => [name, [...values]]);
  return {
    resource,
    path: `${basePath}${path}`,
    httpMethod: method,
    headers: Object.fromEntries(headers.map(([name, values]) => [name, values.at(-1)])),
    multiValueHeaders: Object.fromEntries(headers),
    queryStringParameters:
      query.length === 0 ? null : Object.fromEntries(query.map(([name, [value]]) => [name, value])),
    multiValueQueryStringParameters: query.length === 0 ? null : Object.fromEntries(query),
    pathParameters: Object.keys(parameters).length === 0 ? null : { ...parameters },
    stageVariables: null,
    body: body === null ? null : typeof body === 'string' ? body : body.toString('base64'),
    isBase64Encoded: body !== null && typeof body !== 'string',
    requestContext: {
      path: `/dev${path}`,
      stage: 'dev',
      domainName: 'abc.execute-api.us-east-1.amazonaws.com',
      httpMethod: method,
      resourcePath: resource,
      ...('authorizer' in call ? { authorizer: call.authorizer } : { authorizer: caller }),
    } as APIGatewayProxyEvent['requestContext'],
  };
}
