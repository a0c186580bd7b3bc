import type { Serverless } from '../osls.ts';
import type { Step } from '../step.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const MAX_RESOURCES = 500;

/** Refuses a template with more resources than a stack takes. Otherwise a deployment would learn it after the upload. */
export const size: Step = (serverless) => ({ finish: () => checkSize(serverless) });

function checkSize({ service, classes }: Serverless): void {
  const count = Object.keys(service.provider.compiledCloudFormationTemplate.Resources).length;
  if (count <= MAX_RESOURCES) return;
  const functions = Object.keys(service.functions).length;
  throw new classes.Error(
    `The template of ${functions} functions has ${count} resources, but a stack of CloudFormation takes ${MAX_RESOURCES}. Make several agents skills of one agent, or deploy a part of the agents as another stage.`,
    'TOO_MANY_RESOURCES',
  );
}
