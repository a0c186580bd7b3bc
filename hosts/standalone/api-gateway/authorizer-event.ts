import { randomUUID } from 'node:crypto';
import type { APIGatewayEventIdentity, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { ACCOUNT } from '#hosts/aws-api/identity.ts';

/** The ids that API Gateway gives an API and its resources on AWS. */
export const API_ID = 'standalone';
export const STAGE = 'local';

type Header = readonly [name: string, value: string];

/** The facts about a request that an authorizer reads. */
export interface AuthorizedRequest {
  readonly method: string;
  readonly path: string;
  /** The path of the route, such as `/agents/{agentId}`. */
  readonly resource: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** The names in the client's spelling. A name may appear more than once. */
  readonly headers: readonly Header[];
  readonly query: URLSearchParams;
  readonly sourceIp: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/**
 * The event that API Gateway gives a Lambda authorizer of the type REQUEST.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
 */
export function authorizerEvent(request: AuthorizedRequest, methodArn: string): APIGatewayRequestAuthorizerEvent {
  const { method, path, resource, pathParameters, headers, query, sourceIp, time } = request;
  const host = headerOf(headers, 'host') ?? '';
  return {
    type: 'REQUEST',
    methodArn,
    resource,
    path,
    httpMethod: method,
    // This member has the last of several values, and `multiValueHeaders` has all of them. The query has two members too.
    headers: Object.fromEntries(headers),
    multiValueHeaders: allValues(headers),
    queryStringParameters: Object.fromEntries(query),
    multiValueQueryStringParameters: allValues([...query]),
    pathParameters,
    stageVariables: {},
    requestContext: {
      accountId: ACCOUNT,
      apiId: API_ID,
      authorizer: undefined,
      domainName: host,
      domainPrefix: host.split('.')[0],
      extendedRequestId: randomUUID(),
      httpMethod: method,
      identity: { ...nobody, sourceIp, userAgent: headerOf(headers, 'user-agent') ?? null },
      path,
      protocol: 'HTTP/1.1',
      requestId: randomUUID(),
      requestTime: commonLogTime(time),
      requestTimeEpoch: time,
      resourceId: resource,
      resourcePath: resource,
      stage: STAGE,
    },
  };
}

function headerOf(headers: readonly Header[], lowerName: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === lowerName)?.[1];
}

function allValues(pairs: readonly Header[]): Record<string, string[]> {
  const groups = Map.groupBy(pairs, ([name]) => name);
  return Object.fromEntries(Array.from(groups, ([name, group]) => [name, group.map(([, value]) => value)]));
}

/** The headers as Node read them: `name, value, name, value, …`. */
export function headersOf(rawHeaders: readonly string[]): readonly Header[] {
  const headers: Header[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    // HTTP/2 begins the names of the parts of its request line with a colon.
    if (!name.startsWith(':')) headers.push([name, value]);
  }
  return headers;
}

/** The caller has neither AWS credentials nor a key of the API. */
const nobody: Omit<APIGatewayEventIdentity, 'sourceIp' | 'userAgent'> = {
  accessKey: null,
  accountId: null,
  apiKey: null,
  apiKeyId: null,
  caller: null,
  clientCert: null,
  cognitoAuthenticationProvider: null,
  cognitoAuthenticationType: null,
  cognitoIdentityId: null,
  cognitoIdentityPoolId: null,
  principalOrgId: null,
  user: null,
  userArn: null,
};

/** The time in the form of `01/Dec/2026:04:05:21 +0000`. */
function commonLogTime(time: number): string {
  const [, day, month, year, clock] = new Date(time).toUTCString().split(' ');
  return `${day}/${month}/${year}:${clock} +0000`;
}
