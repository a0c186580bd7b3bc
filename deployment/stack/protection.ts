import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CloudFormationClient, UpdateTerminationProtectionCommand } from '@aws-sdk/client-cloudformation';
import { stackName, type Target } from '#deployment/target.ts';

/**
 * Protects the stack against removal if the stage has `deletionProtection`, as its tables. It never takes a protection back: an
 * operator may have set it.
 *
 * @param folder the folder of the package that was deployed
 */
export async function protectStack(target: Target, folder: string): Promise<void> {
  if (!hasDeletionProtection(folder)) return;
  const client = new CloudFormationClient({ region: target.region });
  try {
    await client.send(
      new UpdateTerminationProtectionCommand({ StackName: stackName(target), EnableTerminationProtection: true }),
    );
  } finally {
    client.destroy();
  }
}

/** Serverless writes its resolved configuration beside the package. */
function hasDeletionProtection(folder: string): boolean {
  const { service } = JSON.parse(readFileSync(path.join(folder, 'serverless-state.json'), 'utf8')) as {
    readonly service: { readonly custom: { readonly tables: { readonly deletionProtection: unknown } } };
  };
  return String(service.custom.tables.deletionProtection) === 'true';
}
