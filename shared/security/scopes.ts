/**
 * The resource server that Starling's scopes belong to. A scope's full name is `{resource server}/{name}`, as in Cognito.
 */
export const RESOURCE_SERVER = 'starling';

/** Allows calls of every agent. */
export const INVOKE_SCOPE = fullScope('agents:invoke');

/** Allows the admin API and the metrics. */
export const ADMIN_SCOPE = fullScope('gateway:admin');

/** Allows events on the bus, under any source that does not belong to the mesh. */
export const PUT_EVENTS_SCOPE = fullScope('events:put');

/** `agents:invoke` becomes `starling/agents:invoke`. A full name stays unchanged. */
export function fullScope(name: string): string {
  return name.includes('/') ? name : `${RESOURCE_SERVER}/${name}`;
}

/** Whether the scope belongs to Starling and not to another resource server. */
export function isOwnScope(scope: string): boolean {
  return scope.startsWith(`${RESOURCE_SERVER}/`);
}

/** The scope that allows calls of one agent: `starling/echo:invoke`. */
export function invokeScopeOf(agent: string): string {
  return fullScope(`${agent}:invoke`);
}
