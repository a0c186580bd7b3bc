import { agentOf, type Serverless } from '../osls.ts';
import type { Step } from '../step.ts';
import { resourcesOf } from '../template.ts';

/** https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html */
const MAX_SCOPES = 100;

interface Scope {
  readonly ScopeName: string;
  readonly ScopeDescription: string;
}

/** Adds a scope `{agent}:invoke` for every agent of serverless.yml to the scopes that the resource server has in the file. */
export const identity: Step = (serverless) => ({ finish: () => addScopes(serverless) });

function addScopes({ service, classes }: Serverless): void {
  const agents = Object.values(service.functions).flatMap((definition) => agentOf(definition) ?? []);
  const template = service.provider.compiledCloudFormationTemplate;
  for (const [id, { Properties }] of resourcesOf(template, 'AWS::Cognito::UserPoolResourceServer')) {
    const scopes = [...(Properties.Scopes as readonly Scope[]), ...agents.map(scopeOf)];
    if (scopes.length > MAX_SCOPES) {
      throw new classes.Error(
        `${id} would have ${scopes.length} scopes, and Cognito takes ${MAX_SCOPES}. Deploy some of the agents with a service of their own.`,
        'TOO_MANY_SCOPES',
      );
    }
    Properties.Scopes = scopes;
  }
}

function scopeOf(agent: string): Scope {
  return { ScopeName: `${agent}:invoke`, ScopeDescription: `May call ${agent}` };
}
