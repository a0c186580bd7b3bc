import { createHash } from 'node:crypto';
import { arnOf, type Resource } from '../template.ts';

/** CloudFormation waits so long for the answer. It is longer than the timeout of the function. */
const TIMEOUT_SECONDS = '120';

/**
 * @param functionId the logical id of the function
 * @param manifest its hash is a property, so CloudFormation calls the function when the manifest has changed
 */
export function manifestResource(functionId: string, manifest: string, dependsOn: string[]): Resource {
  return {
    Type: 'Custom::AgentManifest',
    DependsOn: dependsOn,
    Properties: {
      ServiceToken: arnOf(functionId),
      ServiceTimeout: TIMEOUT_SECONDS,
      Manifest: createHash('sha256').update(manifest).digest('hex'),
    },
  };
}
