import type { Step } from '../step.ts';
import { ref, resourcesOf, type Template } from '../template.ts';

/**
 * Checks the share of calls that X-Ray records, and connects the stage of deployment/api.yml to the API that osls makes. Without this step, osls makes the stage itself, and
 * sets its logs, tracing and limits by calls after the deployment. In the template, CloudFormation sets them.
 */
export const api: Step = (serverless) => ({
  finish() {
    const { classes, service } = serverless;
    const template = service.provider.compiledCloudFormationTemplate;
    const problem = readTraceRates(template);
    if (problem !== undefined) throw new classes.Error(problem, 'INVALID_TRACE_RATE');
    stageDeployment(template);
  },
});

/** Makes the rates numbers, because a parameter of the command line is a text. Returns what is wrong with one. */
function readTraceRates(template: Template): string | undefined {
  for (const [, { Properties }] of resourcesOf(template, 'AWS::XRay::SamplingRule')) {
    const rule = Properties.SamplingRule as { FixedRate?: unknown };
    const rate = String(rule.FixedRate).trim();
    if (rate === '' || !(Number(rate) >= 0 && Number(rate) <= 1)) {
      return `traceRate is the share of calls that X-Ray records, a number from 0 to 1 such as 0.01, not ${rule.FixedRate}.`;
    }
    rule.FixedRate = Number(rate);
  }
  return undefined;
}

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
