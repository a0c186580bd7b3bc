import { StarlingError } from '#shared/errors.ts';
import { isObject } from '#shared/objects.ts';
import type { SecretStore } from '#shared/ports/secret-store.ts';
import { invokeScopeOf } from '#shared/security/scopes.ts';
import type { Logger } from '#shared/telemetry/logger.ts';

export interface CanaryParts {
  /** The agent that the canary calls. */
  readonly agent: string;
  /** The address of the mesh. */
  readonly url: string;
  readonly tokenUrl: string;
  /** Has the secret {@link CANARY_SECRET}. */
  readonly secrets: Pick<SecretStore, 'get'>;
  readonly log: Pick<Logger, 'info' | 'error'>;
  readonly newId: () => string;
}

/** The name of the secret with the canary's credentials: `{"clientId": …, "clientSecret": …}`. */
export const CANARY_SECRET = 'canary';

/** Milliseconds. A blocking call waits for 25 s at most. */
const TIMEOUT_MS = 40_000;
const TEXT = 'Are you there?';

/** A call of the canary that did not end as a call should. */
export class CanaryError extends StarlingError {
  constructor(message: string, options?: ErrorOptions) {
    super('CANARY_FAILED', message, options);
  }
}

/**
 * Makes the canary: a client that calls an agent by the address that all clients use, with a token of its own. So it fails
 * when tokens, the API, the authorizer, the bus, a queue, the agent or the log of tasks fails.
 *
 * @throws CanaryError that says which step failed. Lambda counts it as an error of the function, which sets its alarm off.
 */
export function createCanary(parts: CanaryParts): () => Promise<void> {
  // A token is good for a day, and Cognito bills each.
  let token: string | undefined;
  return async () => {
    try {
      token ??= await fetchToken(parts);
      let answer = await call(parts, token);
      // The token has expired, or the client has another secret.
      if (answer.status === 401) {
        token = await fetchToken(parts);
        answer = await call(parts, token);
      }
      await check(answer);
      parts.log.info('the canary was answered', { agent: parts.agent });
    } catch (error) {
      parts.log.error('the canary failed', { agent: parts.agent, error });
      throw error;
    }
  };
}

async function fetchToken({ agent, tokenUrl, secrets }: CanaryParts): Promise<string> {
  const { clientId, clientSecret } = credentialsOf(await secrets.get(CANARY_SECRET));
  const basic = [clientId, clientSecret].map(encodeURIComponent).join(':');
  const response = await send('the token endpoint', tokenUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(basic).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: invokeScopeOf(agent) }),
  });
  const body = await jsonOf(response);
  if (response.ok && isObject(body) && typeof body.access_token === 'string') return body.access_token;
  throw new CanaryError(`The token endpoint gave no token, but status ${response.status}.`);
}

function credentialsOf(text: string | undefined): { readonly clientId: string; readonly clientSecret: string } {
  if (text === undefined) throw new CanaryError(`There is no secret '${CANARY_SECRET}'. Deploy the stack again.`);
  return JSON.parse(text);
}

function call({ agent, url, newId }: CanaryParts, token: string): Promise<Response> {
  const message = { messageId: newId(), role: 'ROLE_USER', parts: [{ text: TEXT }] };
  return send('the gateway', `${url}/agents/${agent}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'SendMessage', params: { message } }),
  });
}

async function send(what: string, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (cause) {
    throw new CanaryError(`No answer from ${what} at ${url}.`, { cause });
  }
}

/** @throws CanaryError unless the answer is a completed task with a result. */
async function check(response: Response): Promise<void> {
  const body = await jsonOf(response);
  const task = isObject(body) && isObject(body.result) ? body.result.task : undefined;
  if (!response.ok || !isObject(task) || !isObject(task.status)) {
    const error = isObject(body) && isObject(body.error) ? `: ${body.error.message}` : '';
    throw new CanaryError(`The gateway answered with status ${response.status} and without a task${error}.`);
  }
  const { state } = task.status;
  if (state !== 'TASK_STATE_COMPLETED') {
    throw new CanaryError(`The task ${task.id} is in ${state}, and was not completed within the wait of the gateway.`);
  }
  if (!Array.isArray(task.artifacts) || task.artifacts.length === 0) {
    throw new CanaryError(`The task ${task.id} is completed, and has no result.`);
  }
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return JSON.parse(await response.text());
  } catch {
    return undefined;
  }
}
