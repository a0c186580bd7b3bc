import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { lookupError } from '#deployment/deployed/access-problem.ts';
import { optionsOf, stackName, type Target } from '#deployment/target.ts';
import { ConfigurationError } from '#shared/errors.ts';
import { stackState } from '../status.ts';
import { Finder, type Found } from './find.ts';
import { importResources } from './import.ts';
import { readTemplates, retainedIn } from './packaged.ts';

export interface TakeOverOptions {
  /** The folder of the package that will be deployed. */
  readonly folder: string;
  /** Whether to put found resources into the stack. Otherwise they are an error. */
  readonly takeOver: boolean;
  /** The existing bucket for packages that the deployment names. */
  readonly bucket: string | undefined;
}

/**
 * Looks for resources that the template would create and that an earlier deployment has retained. The deployment could not
 * create them, and it would learn that after minutes.
 *
 * @throws ConfigurationError that names them and says what to do.
 */
export async function takeOverRetained(target: Target, { folder, takeOver, bucket }: TakeOverOptions): Promise<void> {
  const templates = readTemplates(folder);
  const own = await resourcesOf(target);
  const missing = retainedIn(templates.whole).filter(([id]) => !own.has(id));
  const finder = new Finder(target);
  try {
    const found = await finder.find(missing);
    if (found.length === 0) return;
    if (!takeOver) throw new ConfigurationError(advice(found, target));
    console.log(`\nTaking over what an earlier deployment has retained:\n${listOf(found)}`);
    await importResources(target, found, templates, bucket);
  } finally {
    finder.close();
  }
}

/** The logical ids of the stack's resources; none if there is no stack. */
async function resourcesOf(target: Target): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  if ((await stackState(target)) === undefined) return ids;
  const client = new CloudFormationClient({ region: target.region });
  const StackName = stackName(target);
  try {
    for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName })) {
      for (const { LogicalResourceId: id, ResourceStatus: status } of StackResourceSummaries) {
        if (id !== undefined && status !== 'DELETE_COMPLETE' && status !== 'DELETE_SKIPPED') ids.add(id);
      }
    }
    return ids;
  } catch (cause) {
    throw lookupError(cause, {
      action: 'cloudformation:ListStackResources',
      resource: `the resources of the stack ${StackName}`,
    });
  } finally {
    client.destroy();
  }
}

function advice(found: readonly Found[], target: Target): string {
  return `These resources of ${stackName(target)} exist and are in no stack: an earlier deployment has retained them.
${listOf(found)}
Take them over with all their data: npm run deploy -- ${optionsOf(target)} --take-over
Or delete those that nobody needs. Or deploy another stage.`;
}

function listOf(found: readonly Found[]): string {
  return found.map(({ id, identifier }) => `  ${id}: ${Object.values(identifier).at(-1)}`).join('\n');
}
