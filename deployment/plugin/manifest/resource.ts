import { createHash } from 'node:crypto';
import { arnOf, type Resource } from '../template.ts';

/** Seconds that CloudFormation waits for the answer: longer than the function may run. */
const TIMEOUT = '120';

/**
 * @param functionId the logical id of the function that is called
 * @param manifest what is packaged with the function; its hash has CloudFormation call the function when it has changed
 */
export function manifestResource(functionId: string, manifest: string, dependsOn: string[]): Resource {
  return {
    Type: 'Custom::AgentManifest',
    DependsOn: dependsOn,
    Properties: {
      ServiceToken: arnOf(functionId),
      ServiceTimeout: TIMEOUT,
      Manifest: createHash('sha256').update(manifest).digest('hex'),
    },
  };
}
