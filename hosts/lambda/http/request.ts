import type { APIGatewayProxyEvent } from 'aws-lambda';

/** No code reads it. The address of the gateway is in its settings, because a client chooses the Host header. */
const ORIGIN = 'http://gateway';

/**
 * The HTTP request of a REST API's proxy event (payload format 1.0).
 *
 * @returns undefined for a path that no route can mean.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export function requestOf(event: APIGatewayProxyEvent): Request | undefined {
  const path = pathOf(event);
  if (path === undefined) return undefined;
  const headers = headersOf(event);
  // A body of a GET is passed on too, means nothing, and is more than a Request takes.
  const bodiless = event.body === null || event.httpMethod === 'GET' || event.httpMethod === 'HEAD';
  const body = bodiless ? null : Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (body !== null) {
    // API Gateway has collected the body, so its length is known.
    headers.delete('transfer-encoding');
    headers.set('content-length', String(body.length));
  }
  return new Request(`${ORIGIN}${path}${queryOf(event)}`, { method: event.httpMethod, headers, body });
}

/**
 * The path as API Gateway's resource has it. Not the event's own: a custom domain's base path would stand before it, and
 * its parameters are decoded, so that `..%2Fadmin` in place of an id would reach a route that the authorizer was not
 * asked about.
 */
function pathOf({ resource, pathParameters }: APIGatewayProxyEvent): string | undefined {
  let known = true;
  const path = resource.replaceAll(/\{([^}+]+)(\+?)\}/g, (_, name: string, greedy: string) => {
    const value = pathParameters?.[name];
    const segments = greedy === '' ? [value ?? ''] : (value ?? '').split('/');
    // A URL keeps no segment of dots.
    if (value === undefined || segments.includes('.') || segments.includes('..')) known = false;
    return segments.map(encodeURIComponent).join('/');
  });
  return known ? path : undefined;
}

function queryOf({ multiValueQueryStringParameters }: APIGatewayProxyEvent): string {
  const query = new URLSearchParams();
  for (const [name, values] of Object.entries(multiValueQueryStringParameters ?? {})) {
    for (const value of values ?? []) query.append(name, value);
  }
  return query.size === 0 ? '' : `?${query}`;
}

function headersOf({ multiValueHeaders }: APIGatewayProxyEvent): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(multiValueHeaders ?? {})) {
    for (const value of values ?? []) headers.append(name, asBytes(value));
  }
  return headers;
}

/** The bytes of a header as a Node server hands them over, one character each: `Headers` takes no others. */
function asBytes(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1');
}
