import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  waitUntilChangeSetCreateComplete,
  waitUntilStackCreateComplete,
  waitUntilStackImportComplete,
} from '@aws-sdk/client-cloudformation';
import type { Resource, ResourceMap } from '#deployment/plugin/template.ts';
import { stackName, type Target } from '#deployment/target.ts';
import { ConfigurationError, messageOf } from '#shared/errors.ts';
import { stackState } from '../status.ts';
import { uploadTemplate } from '../uploaded-template.ts';
import type { Found } from './find.ts';
import type { DeployedTemplate, PackagedTemplates } from './packaged.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const MAX_TEMPLATE_BODY_BYTES = 51_200;

const waiting = { maxWaitTime: 30 * 60, minDelay: 1, maxDelay: 10 };

/**
 * Settings that an import leaves out, so that the deployment behind it writes them. An import changes nothing, and
 * CloudFormation then takes what the template says for what is there.
 */
const writtenLater: Readonly<Record<string, readonly string[]>> = {
  'AWS::Logs::LogGroup': ['RetentionInDays'],
  'AWS::Events::Archive': ['RetentionDays'],
  'AWS::S3::Bucket': ['LifecycleConfiguration'],
  'AWS::Cognito::UserPool': ['DeletionProtection'],
  'AWS::Cognito::UserPoolResourceServer': ['Scopes'],
  'AWS::DynamoDB::Table': ['DeletionProtectionEnabled'],
};

/**
 * Puts resources that an earlier deployment has left under the management of the stack, and creates the stack if there is
 * none. The resources stay as they are.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-manually.html
 * @throws ConfigurationError with the reason of CloudFormation.
 */
export async function importResources(
  target: Target,
  found: readonly Found[],
  { core, whole }: PackagedTemplates,
  bucket: string | undefined,
): Promise<void> {
  const client = new CloudFormationClient({ region: target.region });
  const StackName = stackName(target);
  try {
    const isThere = (await stackState(target)) !== undefined;
    const hasCore = Object.keys(core.Resources).length > 0;
    if (!isThere && hasCore) {
      await client.send(new CreateStackCommand({ StackName, TemplateBody: JSON.stringify(core) }));
      await waitUntilStackCreateComplete({ client, ...waiting }, { StackName });
    }
    const present = isThere || hasCore ? await templateOf(client, StackName) : { Resources: {} };
    const body = JSON.stringify(withFound(present, whole, found));
    const ChangeSetName = `take-over-${Date.now()}`;
    await client.send(
      new CreateChangeSetCommand({
        StackName,
        ChangeSetName,
        ChangeSetType: 'IMPORT',
        Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
        ...(await templateArgument(client, target, body, bucket)),
        ResourcesToImport: found.map(({ id, type, identifier }) => ({
          LogicalResourceId: id,
          ResourceType: type,
          ResourceIdentifier: { ...identifier },
        })),
      }),
    );
    await execute(client, StackName, ChangeSetName);
  } finally {
    client.destroy();
  }
}

async function execute(client: CloudFormationClient, StackName: string, ChangeSetName: string): Promise<void> {
  const set = { StackName, ChangeSetName };
  try {
    await waitUntilChangeSetCreateComplete({ client, ...waiting }, set);
    await client.send(new ExecuteChangeSetCommand(set));
    await waitUntilStackImportComplete({ client, ...waiting }, { StackName });
  } catch (cause) {
    const { StatusReason = messageOf(cause) } = await client.send(new DescribeChangeSetCommand(set));
    await client.send(new DeleteChangeSetCommand(set));
    throw new ConfigurationError(
      `CloudFormation could not put the resources into the stack ${StackName}: ${StatusReason}\nThe events of the stack have the details. The resources are as they were.`,
      { cause },
    );
  }
}

async function templateOf(client: CloudFormationClient, StackName: string): Promise<DeployedTemplate> {
  const { TemplateBody = '' } = await client.send(new GetTemplateCommand({ StackName, TemplateStage: 'Original' }));
  return JSON.parse(TemplateBody) as DeployedTemplate;
}

/** The present template with the found resources. Outputs stay, because an import may not change them. */
export function withFound(
  present: DeployedTemplate,
  { Resources, Conditions = {} }: DeployedTemplate,
  found: readonly Found[],
): DeployedTemplate {
  const imported: ResourceMap = {};
  for (const one of found) {
    const resource = Resources[one.id];
    if (resource !== undefined) imported[one.id] = asImported(resource, one);
  }
  const all = { ...present.Resources, ...imported };
  const types = Object.values(all).map(({ Type }) => Type);
  // An archive refers to its bus.
  if (types.includes('AWS::Events::Archive') && !types.includes('AWS::Events::EventBus')) {
    throw new ConfigurationError('There is an archive of the stage without its bus. Delete it, then deploy again.');
  }
  const conditions = { ...conditionsOf(imported, Conditions), ...present.Conditions };
  return {
    ...present,
    Resources: all,
    ...(Object.keys(conditions).length > 0 && { Conditions: conditions }),
  };
}

function asImported({ DependsOn: _, ...resource }: Resource, { identifier }: Found): Resource {
  const later = writtenLater[resource.Type] ?? [];
  const properties = Object.entries(resource.Properties)
    .filter(([name]) => !later.includes(name))
    // A reference to another imported resource has its value already.
    .map(([name, value]) => [name, identifier[name] ?? value]);
  return { ...resource, Properties: Object.fromEntries(properties) };
}

/** The conditions that the resources name. An import changes as little of a template as it can. */
function conditionsOf(resources: ResourceMap, conditions: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const text = JSON.stringify(resources);
  return Object.fromEntries(Object.entries(conditions).filter(([name]) => text.includes(JSON.stringify(name))));
}

async function templateArgument(
  client: CloudFormationClient,
  target: Target,
  text: string,
  bucket: string | undefined,
): Promise<{ TemplateBody: string } | { TemplateURL: string }> {
  if (Buffer.byteLength(text) <= MAX_TEMPLATE_BODY_BYTES) return { TemplateBody: text };
  return { TemplateURL: await uploadTemplate(client, target, { name: 'taken-over.json', text, bucket }) };
}
