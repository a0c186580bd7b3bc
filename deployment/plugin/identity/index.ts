import { agentOf, type Hooks, type Serverless } from '../osls.ts';
import { resourcesOf } from '../template.ts';

/** Cognito's bound: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html */
const MAX_SCOPES = 100;

interface Scope {
  readonly ScopeName: string;
  readonly ScopeDescription: string;
}

/** A scope `{agent}:invoke` for every agent of serverless.yml, beside those that the resource server has in the file. */
export default class IdentityPlugin {
  readonly hooks: Hooks;

  constructor(serverless: Serverless) {
    this.hooks = {
      'after:aws:package:finalize:mergeCustomProviderResources': () => addScopes(serverless),
    };
  }
}

function addScopes({ service, classes }: Serverless): void {
  const agents = Object.values(service.functions).flatMap((definition) => agentOf(definition) ?? []);
  for (const [id, { Properties }] of resourcesOf(
    service.provider.compiledCloudFormationTemplate,
    'AWS::Cognito::UserPoolResourceServer',
  )) {
    const scopes = [...(Properties.Scopes as readonly Scope[]), ...agents.map(scopeOf)];
    if (scopes.length > MAX_SCOPES) {
      throw new classes.Error(
        `${id} would have ${scopes.length} scopes, and Cognito takes ${MAX_SCOPES}: deploy some of the agents with a service of their own.`,
        'TOO_MANY_SCOPES',
      );
    }
    Properties.Scopes = scopes;
  }
}

function scopeOf(agent: string): Scope {
  return { ScopeName: `${agent}:invoke`, ScopeDescription: `May call ${agent}` };
}
