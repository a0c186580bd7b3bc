import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateListStackResources,
  type StackResourceSummary,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import { removePackages } from '#deployment/emulator/parameters.ts';
import { emptyBucket } from '#deployment/stack/empty-bucket.ts';
import { checkRemovable } from '#deployment/stack/preflight.ts';
import { ConfigurationError } from '#shared/errors.ts';
import { optionsOf, stackName, type Target } from './target.ts';

const deletionTimeoutSeconds = 60 * 60;

/**
 * Removes the stack in any state. First empties its buckets, because CloudFormation deletes only empty buckets.
 *
 * @returns the ids of the retained resources, such as names of tables
 * @throws ConfigurationError that says what to do.
 */
export async function removeStack(target: Target): Promise<readonly string[]> {
  await checkRemovable(target);
  const client = new CloudFormationClient({ region: target.region });
  const StackName = stackName(target);
  try {
    const resources = await resourcesOf(client, StackName);
    const retained = await retainedOf(client, StackName);
    const stays = (resource: StackResourceSummary) => retained.has(resource.LogicalResourceId ?? '');
    for (const { PhysicalResourceId: bucket } of bucketsOf(resources.filter((resource) => !stays(resource)))) {
      if (bucket !== undefined) await emptyBucket(bucket, target.region);
    }
    // AWS describes a deleted stack by its id only, not by its name.
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    const id = Stacks[0]?.StackId ?? StackName;
    await client.send(new DeleteStackCommand({ StackName: id }));
    await deleted(client, id, target);
    if (target.endpoint !== undefined) await removePackages(target);
    return resources
      .filter(stays)
      .map(({ PhysicalResourceId, LogicalResourceId }) => PhysicalResourceId ?? LogicalResourceId ?? '');
  } finally {
    client.destroy();
  }
}

/** All resources. DescribeStackResources returns only the first hundred. */
async function resourcesOf(client: CloudFormationClient, StackName: string): Promise<readonly StackResourceSummary[]> {
  const resources: StackResourceSummary[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName })) {
    resources.push(...(page.StackResourceSummaries ?? []));
  }
  return resources;
}

function bucketsOf(resources: readonly StackResourceSummary[]): readonly StackResourceSummary[] {
  return resources.filter(
    ({ ResourceType, ResourceStatus }) => ResourceType === 'AWS::S3::Bucket' && ResourceStatus !== 'DELETE_COMPLETE',
  );
}

/** The logical ids of the resources that remain after the deletion. */
async function retainedOf(client: CloudFormationClient, StackName: string): Promise<ReadonlySet<string>> {
  const { TemplateBody = '{}' } = await client.send(new GetTemplateCommand({ StackName }));
  // The template is empty when no change set of the stack was executed.
  const { Resources = {} } = JSON.parse(TemplateBody || '{}') as {
    Resources?: Record<string, { DeletionPolicy?: string }>;
  };
  return new Set(
    Object.entries(Resources).flatMap(([id, { DeletionPolicy }]) => (/^Retain/.test(DeletionPolicy ?? '') ? [id] : [])),
  );
}

async function deleted(client: CloudFormationClient, StackName: string, target: Target): Promise<void> {
  try {
    await waitUntilStackDeleteComplete(
      { client, maxWaitTime: deletionTimeoutSeconds, minDelay: 1, maxDelay: 10 },
      { StackName },
    );
  } catch (cause) {
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
    const failed = StackEvents.filter(({ ResourceStatus }) => ResourceStatus === 'DELETE_FAILED').map(
      ({ LogicalResourceId, ResourceStatusReason }) => `  ${LogicalResourceId}: ${ResourceStatusReason}`,
    );
    throw new ConfigurationError(
      `The stack ${stackName(target)} is not removed. These resources failed:\n${failed.join('\n')}\nDelete them by hand, then run again: npm run remove -- ${optionsOf(target)}`,
      { cause },
    );
  }
}
