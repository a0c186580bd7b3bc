import { A2AError, pushNotSupported } from '#shared/a2a/errors.ts';
import { isObject } from '#shared/objects.ts';

/** The params of an A2A operation. Unknown fields are ignored. */
export type Params = Readonly<Record<string, unknown>>;

export interface SendConfiguration {
  readonly returnImmediately: boolean;
  readonly historyLength?: number;
  readonly acceptedOutputModes?: readonly string[];
}

/** @throws A2AError INVALID_PARAMS */
export function readConfiguration(params: Params): SendConfiguration {
  const configuration = optionalObject(params, 'configuration') ?? {};
  const returnImmediately = configuration.returnImmediately ?? false;
  if (typeof returnImmediately !== 'boolean') throw wrong('configuration.returnImmediately', 'a boolean');
  const modes = configuration.acceptedOutputModes ?? undefined;
  if (modes !== undefined && !(Array.isArray(modes) && modes.every((mode) => typeof mode === 'string'))) {
    throw wrong('configuration.acceptedOutputModes', 'an array of strings');
  }
  if ((configuration.taskPushNotificationConfig ?? undefined) !== undefined) throw pushNotSupported();
  const historyLength = readHistoryLength(configuration, 'configuration.historyLength');
  return {
    returnImmediately,
    ...(historyLength !== undefined && { historyLength }),
    ...(modes !== undefined && modes.length > 0 && { acceptedOutputModes: modes }),
  };
}

export function readHistoryLength(params: Params, name = 'historyLength'): number | undefined {
  const { historyLength } = params;
  if (historyLength === undefined || historyLength === null) return undefined;
  const length = numberOf(historyLength);
  if (typeof length !== 'number' || !Number.isInteger(length) || length < 0) throw wrong(name, 'an integer from 0');
  return length;
}

/** ProtoJSON has a whole number also as a text. Anything else stays as it is. */
export function numberOf(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
}

export function readTaskId(params: Params): string {
  const { id } = params;
  if (typeof id !== 'string' || id === '') throw wrong('id', "a task's id");
  return id;
}

/**
 * A client sends the tenant that its interface of the card declares (§8.3.2). The interfaces of this mesh declare none: each agent
 * has an address of its own. The agent's id is accepted too, since it names the same agent.
 *
 * @throws A2AError INVALID_PARAMS
 */
export function checkTenant({ tenant }: Params, agentId: string): void {
  if (tenant === undefined || tenant === null || tenant === '' || tenant === agentId) return;
  throw new A2AError(
    'INVALID_PARAMS',
    'params.tenant is not the tenant of an interface in the card of this agent. Its interfaces have none: leave it out.',
    { field: 'tenant' },
  );
}

/** The position of the last event that an SSE client received. Only ids that the gateway made are accepted. */
export function readLastEventId(header: string | undefined): number | undefined {
  if (header === undefined || header === '') return undefined;
  if (!/^[0-9]{1,15}$/.test(header))
    throw new A2AError('INVALID_PARAMS', 'The header Last-Event-ID is not an id of this stream.');
  return Number(header);
}

/** The key is opaque (draft-ietf-httpapi-idempotency-key-header). @throws A2AError INVALID_PARAMS */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const key = header.trim();
  if (/^[\x20-\x7e]{1,255}$/.test(key)) return key;
  throw new A2AError('INVALID_PARAMS', 'The header Idempotency-Key takes 1 to 255 printable characters of ASCII.');
}

export function optionalObject(params: Params, name: string): Params | undefined {
  const value = params[name];
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw wrong(name, 'an object');
  return value as Params;
}

/** @param what the field should be: `an integer from 0` */
export function wrong(name: string, what: string): A2AError {
  return new A2AError('INVALID_PARAMS', `params.${name} is not ${what}.`, { field: name });
}
