/**
 * The resource server that Starling's scopes belong to. A scope's full name is `{resource server}/{name}`, as in Cognito.
 */
export const RESOURCE_SERVER = 'starling';

/** Whoever has it may call every agent. */
export const INVOKE_SCOPE = fullScope('agents:invoke');

/** Whoever has it may use the admin API and read the metrics. */
export const ADMIN_SCOPE = fullScope('gateway:admin');

/** Whoever has it may put events on the bus, under a source that is not the mesh's. */
export const PUT_EVENTS_SCOPE = fullScope('events:put');

/** `agents:invoke` becomes `starling/agents:invoke`; a full name stays what it is. */
export function fullScope(name: string): string {
  return name.includes('/') ? name : `${RESOURCE_SERVER}/${name}`;
}

/** Whether the scope is Starling's, and not another resource server's. */
export function isOwnScope(scope: string): boolean {
  return scope.startsWith(`${RESOURCE_SERVER}/`);
}

/** The scope of those who may call one agent: `starling/echo:invoke`. */
export function invokeScopeOf(agent: string): string {
  return fullScope(`${agent}:invoke`);
}
