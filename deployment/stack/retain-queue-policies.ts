import {
  CloudFormationClient,
  GetTemplateCommand,
  UpdateStackCommand,
  waitUntilStackUpdateComplete,
} from '@aws-sdk/client-cloudformation';
import { lookupError } from '#deployment/deployed/access-problem.ts';
import type { Template } from '#deployment/plugin/template.ts';
import { stackName, type Target } from '#deployment/target.ts';
import { ConfigurationError, messageOf } from '#shared/errors.ts';
import { uploadTemplate } from './uploaded-template.ts';

const LONGEST_UPDATE_SECONDS = 600;

/**
 * Starling 0.1.0 gave the queues of each function a policy of their own. Now queues share policies. CloudFormation deletes
 * old resources at the end of an update, and the deletion of an old policy would take the new policy off its queues:
 * SQS keeps one policy for each queue. So this function first changes the stack so that it retains the old policies. It
 * changes only a stack of 0.1.0.
 *
 * @param bucket the bucket of the packages; undefined: the stack has made it
 * @throws ConfigurationError
 */
export async function retainQueuePolicies(target: Target, bucket: string | undefined): Promise<void> {
  const client = new CloudFormationClient({ region: target.region });
  try {
    const template = await deployedTemplate(client, target);
    if (template === undefined || !retain(template)) return;
    console.log('\nThe stack retains the policies of its queues, which now share policies');
    const file = { name: 'retained-queue-policies.json', text: JSON.stringify(template), bucket };
    await update(client, target, await uploadTemplate(client, target, file));
  } finally {
    client.destroy();
  }
}

async function deployedTemplate(client: CloudFormationClient, target: Target): Promise<Template | undefined> {
  const StackName = stackName(target);
  try {
    const { TemplateBody: text } = await client.send(new GetTemplateCommand({ StackName, TemplateStage: 'Original' }));
    return text === undefined ? undefined : JSON.parse(text);
  } catch (cause) {
    if (/does not exist/.test(messageOf(cause))) return undefined;
    throw lookupError(cause, {
      action: 'cloudformation:GetTemplate',
      resource: `the template of the stack ${StackName}`,
    });
  }
}

/** @returns whether the template has changed */
function retain(template: Template): boolean {
  let changed = false;
  for (const [id, resource] of Object.entries(template.Resources)) {
    const isOfOneFunction = resource.Type === 'AWS::SQS::QueuePolicy' && id.endsWith('SubscriptionQueuePolicy');
    if (!isOfOneFunction || resource.DeletionPolicy === 'Retain') continue;
    const document = resource.Properties.PolicyDocument as object;
    template.Resources[id] = {
      ...resource,
      DeletionPolicy: 'Retain',
      // CloudFormation takes a deletion policy only with a change of some property.
      Properties: { ...resource.Properties, PolicyDocument: { ...document, Id: 'retained' } },
    };
    changed = true;
  }
  return changed;
}

async function update(client: CloudFormationClient, target: Target, TemplateURL: string): Promise<void> {
  const StackName = stackName(target);
  try {
    const Capabilities = ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'] as const;
    await client.send(new UpdateStackCommand({ StackName, TemplateURL, Capabilities: [...Capabilities] }));
    await waitUntilStackUpdateComplete({ client, maxWaitTime: LONGEST_UPDATE_SECONDS, minDelay: 1 }, { StackName });
  } catch (cause) {
    throw new ConfigurationError(
      `The stack ${StackName} could not be changed to retain the policies of its queues: ${messageOf(cause)} Without it, the deployment would close the queues. Look at the events of the stack, then deploy again.`,
      { cause },
    );
  }
}
