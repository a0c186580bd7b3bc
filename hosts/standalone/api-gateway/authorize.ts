import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import { arn } from '#hosts/aws-api/identity.ts';
import type { LocalFunction } from '#hosts/functions/function.ts';
import { oauthError } from '#shared/http/oauth-error.ts';
import { refusal } from '#shared/http/refusal.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { type CompiledPolicy, compilePolicy } from '../policy/policy.ts';
import { API_ID, type AuthorizedRequest, authorizerEvent, STAGE } from './authorizer-event.ts';

/** The time for which an authorizer's answer is cached. It is short, so that a revoked permission soon ends. */
const CACHE_MS = 5_000;
/** The cache holds this many answers, then drops the oldest. */
const MAX_ANSWERS = 10_000;
/** Decisions cached per answer. A token is used for few paths, but an attacker may send many. */
const MAX_DECISIONS = 50;

interface Answer {
  readonly allows: CompiledPolicy;
  /** The policy's decisions by resource. */
  readonly decisions: Map<string, boolean>;
  readonly context: Readonly<Record<string, unknown>>;
  /** When to ask again, by the mesh's clock: milliseconds since 1970. */
  readonly until: number;
  /** When the token expires, by the wall clock. */
  readonly expiresAt: number;
}

interface Refused {
  readonly refusal: Response;
}

/** The parts of a request that decide, once the answer for its token is known. */
export interface Authorizable {
  readonly method: string;
  readonly path: string;
  /** The Authorization header. */
  readonly authorization: string | undefined;
}

export type Authorized = Refused | { readonly context: Readonly<Record<string, unknown>> };

export interface LocalAuthorizerOptions {
  readonly target: LocalFunction;
  readonly clock: Clock;
  readonly wallClock: Clock;
  readonly log: Logger;
}

/** Authorizes as API Gateway does: asks the Lambda authorizer, caches its answer by token and evaluates its policy. */
export class LocalAuthorizer {
  readonly #options: LocalAuthorizerOptions;
  readonly #answers = new Map<string, Answer>();

  constructor(options: LocalAuthorizerOptions) {
    this.#options = options;
  }

  /** @param details makes the rest of the request. It is called only when the Lambda authorizer is asked. */
  async authorize(
    { method, path, authorization }: Authorizable,
    details: () => Omit<AuthorizedRequest, 'method' | 'path' | 'time'>,
  ): Promise<Authorized> {
    if (authorization === undefined || authorization === '') {
      return refused('This call needs an access token: send Authorization: Bearer <token>.');
    }
    const resource = arn('execute-api', `${API_ID}/${STAGE}/${method}${path}`);
    const { clock, wallClock } = this.#options;
    const now = clock.now();
    let answer = this.#answers.get(authorization);
    if (answer === undefined || answer.until <= now || answer.expiresAt <= wallClock.now()) {
      const asked = await this.#ask({ ...details(), method, path, time: wallClock.now() }, resource, now);
      if ('refusal' in asked) return asked;
      answer = asked;
      this.#keep(authorization, answer);
    }
    if (isAllowed(answer, resource)) return { context: answer.context };
    return { refusal: oauthError(403, 'insufficient_scope', 'The token does not permit this call.') };
  }

  async #ask(request: AuthorizedRequest, resource: string, now: number): Promise<Answer | Refused> {
    try {
      const event = authorizerEvent(request, resource);
      const result = (await this.#options.target.invoke(event)) as APIGatewayAuthorizerResult;
      const { policyDocument } = result;
      const context = result.context ?? {};
      const expiresAt = Number(context.expiresAt ?? Number.POSITIVE_INFINITY);
      return { allows: compilePolicy(policyDocument), decisions: new Map(), context, until: now + CACHE_MS, expiresAt };
    } catch (error) {
      if (error instanceof Error && error.message === 'Unauthorized') {
        const { reason } = (error.cause ?? {}) as { reason?: unknown };
        const why = typeof reason === 'string' ? ` (${reason})` : '';
        return refused(`The access token is not valid${why}. Get another from /oauth2/token.`);
      }
      this.#options.log.error('the authorizer failed', { error });
      return { refusal: authorizerFailed() };
    }
  }

  #keep(authorization: string, answer: Answer): void {
    this.#answers.delete(authorization);
    this.#answers.set(authorization, answer);
    if (this.#answers.size <= MAX_ANSWERS) return;
    const [oldest] = this.#answers.keys();
    if (oldest !== undefined) this.#answers.delete(oldest);
  }
}

function isAllowed({ allows, decisions }: Answer, resource: string): boolean {
  const decided = decisions.get(resource);
  if (decided !== undefined) return decided;
  const decision = allows('execute-api:Invoke', resource);
  if (decisions.size >= MAX_DECISIONS) decisions.clear();
  decisions.set(resource, decision);
  return decision;
}

function refused(description: string): Refused {
  return { refusal: oauthError(401, 'invalid_token', description) };
}

function authorizerFailed(): Response {
  return refusal(500, 'AUTHORIZER_FAILED', 'The authorizer failed. The log of the mesh has the details.');
}
