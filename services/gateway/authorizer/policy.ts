import type { PolicyDocument, Statement } from 'aws-lambda';
import type { AgentId } from '#shared/ids.ts';
import type { EveryAgent } from '#shared/ports/permission-store.ts';

const ACTION = 'execute-api:Invoke';
const adminMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const agentMethods = ['POST', 'GET', 'DELETE'] as const;

/**
 * Attack: two components may read these spellings as different paths (`/agents/echo/../calculator`). They are denied to
 * every caller, because no path of the mesh contains them. The URL standard reads a backslash as a slash and `%2e` as a
 * dot. `%25` covers components that decode twice.
 */
const deceptive = ['..', '//', '\\', '%2e', '%2E', '%2f', '%2F', '%5c', '%5C', '%25'] as const;

/** The stage that receives a principal's calls: `arn:aws:execute-api:{region}:{account}:{api}/{stage}`. */
export interface Stage {
  readonly arn: string;
  readonly partition: string;
}

export interface Permissions {
  readonly agents: readonly AgentId[] | EveryAgent;
  readonly admin: boolean;
  /** Whether the principal may put events on the bus. */
  readonly events: boolean;
}

export interface Policy {
  readonly document: PolicyDocument;
  /** Agents that the principal may call, but that did not fit into the policy. */
  readonly left: number;
}

/** Reads the stage from the ARN of a method. It is undefined if the text is not such an ARN. */
export function stageOf(methodArn: string): Stage | undefined {
  const [, arn, partition] =
    /^(arn:(aws[a-z-]*):execute-api:[a-z0-9-]+:\d{12}:[A-Za-z0-9-]+\/[\w-]+)\//.exec(methodArn) ?? [];
  return arn === undefined || partition === undefined ? undefined : { arn, partition };
}

/**
 * The policy of everything that a principal may call, in at most `maxBytes` of JSON. Agents that do not fit are left
 * out. API Gateway caches the policy for later calls with the token, so it does not depend on the path of the present
 * call.
 *
 * IAM's `*` crosses slashes: `{stage}/{any method}/agents/echo`, written with a star, also matches
 * `POST/admin/agents/echo`. So each method is written out, and stars stand only at the end. The exception is
 * `shortAllowance`.
 */
export function policyOf({ agents, admin, events }: Permissions, stage: Stage, maxBytes: number): Policy {
  const allowed: string[] = [];
  const denied = deceptive.map((spelling) => `arn:${stage.partition}:execute-api:*:*:*${spelling}*`);
  if (events) allowed.push(`${stage.arn}/POST/events`);
  if (admin) {
    allowed.push(`${stage.arn}/GET/metrics`);
    for (const method of adminMethods) allowed.push(`${stage.arn}/${method}/admin`, `${stage.arn}/${method}/admin/*`);
  }
  let left = 0;
  if (agents === '*') {
    for (const method of agentMethods) allowed.push(`${stage.arn}/${method}/agents/*`);
  } else if (agents.length > 0) {
    const allowance = admin ? longAllowance : shortAllowance;
    if (!admin) denied.push(`${stage.arn}/*/*/agents/*`);
    let room = maxBytes - bytes(documentOf(allowed, denied));
    for (const agent of agents) {
      const resources = allowance(agent, stage);
      room -= bytes(resources);
      if (room >= 0) allowed.push(...resources);
      else left++;
    }
  }
  return { document: documentOf(allowed, denied), left };
}

function longAllowance(agent: AgentId, { arn }: Stage): string[] {
  const deeper = agentMethods.map((method) => `${arn}/${method}/agents/${agent}/*`);
  return [`${arn}/POST/agents/${agent}`, ...deeper];
}

/**
 * A short form with a quarter of the length. Its leading star would also allow `/admin/agents/echo` and
 * `/agents/calculator/agents/echo`. So the policy also denies every path with anything before `/agents/`. The admin API
 * has such paths, so a principal that may call the admin API cannot have the short form.
 */
function shortAllowance(agent: AgentId, { partition }: Stage): string[] {
  const anywhere = `arn:${partition}:execute-api:*:*:*`;
  return [`${anywhere}/agents/${agent}`, `${anywhere}/agents/${agent}/*`];
}

function documentOf(allowed: readonly string[], denied: readonly string[]): PolicyDocument {
  const allow: Statement = { Effect: 'Allow', Action: ACTION, Resource: [...allowed] };
  const deny: Statement = { Effect: 'Deny', Action: ACTION, Resource: [...denied] };
  return { Version: '2012-10-17', Statement: allowed.length > 0 ? [allow, deny] : [deny] };
}

function bytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
