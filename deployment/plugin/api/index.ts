import type { Hooks, Serverless } from '../osls.ts';
import { ref, resourcesOf, type Template } from '../template.ts';

/**
 * Puts the stage of deployment/api.yml in front of the API that osls makes. osls would have the deployment make the stage
 * and set logs, tracing and limits by calls of its own afterwards; so they stand in the template.
 */
export default class ApiPlugin {
  readonly hooks: Hooks;

  constructor(serverless: Serverless) {
    this.hooks = {
      'after:aws:package:finalize:mergeCustomProviderResources': () =>
        stageDeployment(serverless.service.provider.compiledCloudFormationTemplate),
    };
  }
}

function stageDeployment(template: Template): void {
  const [deployment] = resourcesOf(template, 'AWS::ApiGateway::Deployment');
  if (deployment === undefined) return;
  const [id, resource] = deployment;
  delete resource.Properties.StageName;
  // A deployment takes the API as it is: what stands in it has to be there before.
  const responses = resourcesOf(template, 'AWS::ApiGateway::GatewayResponse').map(([responseId]) => responseId);
  resource.DependsOn = [...[resource.DependsOn ?? []].flat(), ...responses];
  for (const [, stage] of resourcesOf(template, 'AWS::ApiGateway::Stage')) stage.Properties.DeploymentId = ref(id);
}
