import type { Step } from '../step.ts';
import { ref, resourcesOf, type Template } from '../template.ts';

/**
 * Connects the stage of deployment/api.yml to the API that osls makes. Without this step, osls makes the stage itself, and
 * sets its logs, tracing and limits by calls after the deployment. In the template, CloudFormation sets them.
 */
export const api: Step = (serverless) => ({
  finish: () => stageDeployment(serverless.service.provider.compiledCloudFormationTemplate),
});

function stageDeployment(template: Template): void {
  const [deployment] = resourcesOf(template, 'AWS::ApiGateway::Deployment');
  if (deployment === undefined) return;
  const [id, resource] = deployment;
  delete resource.Properties.StageName;
  // A deployment is a copy of the API at that moment, so every part of the API must exist before it.
  const responses = resourcesOf(template, 'AWS::ApiGateway::GatewayResponse').map(([responseId]) => responseId);
  resource.DependsOn = [...[resource.DependsOn ?? []].flat(), ...responses];
  for (const [, stage] of resourcesOf(template, 'AWS::ApiGateway::Stage')) stage.Properties.DeploymentId = ref(id);
}
