import type { OperationName } from '../a2a/operation-table.ts';
import type { Params } from '../a2a/params.ts';

/** The operation at a path, and what the path tells about it under the names of A2A 1.0. */
export interface PathMatch {
  readonly operation: OperationName;
  readonly params: Params;
  /** The path begins with `/v1`, as the paths of A2A 0.3 do. */
  readonly hasVersion: boolean;
}

interface Path {
  readonly methods: readonly string[];
  readonly pattern: RegExp;
  readonly operation: OperationName;
}

const config = '/tasks/(?<taskId>[^/]+)/pushNotificationConfigs';
const path = (methods: readonly string[], pattern: string, operation: OperationName): Path => ({
  methods,
  pattern: new RegExp(`^${pattern}$`),
  operation,
});

/** The paths of A2A 1.0 below the address of an agent (§11.3). */
const paths: readonly Path[] = [
  path(['POST'], '/message:send', 'SendMessage'),
  path(['POST'], '/message:stream', 'SendStreamingMessage'),
  path(['GET'], '/tasks', 'ListTasks'),
  path(['POST'], '/tasks/(?<id>[^/]+):cancel', 'CancelTask'),
  // The text of the specification says POST, and a2a.proto says GET.
  path(['POST', 'GET'], '/tasks/(?<id>[^/]+):subscribe', 'SubscribeToTask'),
  path(['GET'], '/tasks/(?<id>[^/]+)', 'GetTask'),
  path(['POST'], config, 'CreateTaskPushNotificationConfig'),
  path(['GET'], config, 'ListTaskPushNotificationConfigs'),
  path(['GET'], `${config}/(?<id>[^/]+)`, 'GetTaskPushNotificationConfig'),
  path(['DELETE'], `${config}/(?<id>[^/]+)`, 'DeleteTaskPushNotificationConfig'),
  path(['GET'], '/extendedAgentCard', 'GetExtendedAgentCard'),
  // A2A 0.3.
  path(['GET'], '/card', 'GetExtendedAgentCard'),
];

/**
 * Finds the operation of a request. The path may begin with the tenant of the interface and with `/v1`, in this order.
 *
 * @param below the path below the agent's address, as the request spells it: `/tasks/x`
 * @returns the methods that the path has instead, or undefined if there is no such path
 */
export function matchPath(method: string, below: string): PathMatch | readonly string[] | undefined {
  const whole = decoded(below);
  if (whole === undefined) return undefined;
  const [, tenant] = /^\/([^/]+)\//.exec(whole) ?? [];
  const candidates: readonly (readonly [string, Params])[] = [
    [whole, {}],
    ...(tenant === undefined ? [] : ([[whole.slice(tenant.length + 1), { tenant }]] as const)),
  ];
  const allowed = new Set<string>();
  for (const [candidate, given] of candidates) {
    const hasVersion = candidate.startsWith('/v1/');
    const rest = hasVersion ? candidate.slice('/v1'.length) : candidate;
    for (const { methods, pattern, operation } of paths) {
      const match = pattern.exec(rest);
      if (match === null) continue;
      if (methods.includes(method)) return { operation, params: { ...given, ...match.groups }, hasVersion };
      for (const each of methods) allowed.add(each);
    }
  }
  return allowed.size > 0 ? [...allowed] : undefined;
}

/**
 * The path with its segments decoded: hosts write a colon in different ways. Undefined if a segment is not percent-encoded text, or
 * has a slash, which is in no id.
 */
function decoded(below: string): string | undefined {
  try {
    const segments = below.split('/').map(decodeURIComponent);
    return segments.some((segment) => segment.includes('/')) ? undefined : segments.join('/');
  } catch {
    return undefined;
  }
}
