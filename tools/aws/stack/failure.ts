import { stackName, type Target } from '../target.ts';
import { halfDeployed } from './half-deployed.ts';

/**
 * What to do after a deployment that failed.
 *
 * @param output what the deployment printed
 * @param status of the stack by now; undefined when there is none
 */
export function adviceAfterFailure(output: string, status: string | undefined, target: Target): string {
  const causes = [takenName(output, target), tooManyStages(output)].filter((cause) => cause !== undefined);
  const state = status === undefined ? undefined : halfDeployed(status, target);
  const unchanged =
    status !== undefined && state === undefined
      ? `The stack ${stackName(target)} is as it was before (${status}).`
      : undefined;
  return [...causes, state ?? unchanged].filter((part) => part !== undefined).join('\n');
}

/** A bucket, a table, a log group … that CloudFormation did not make as part of this stack. */
function takenName(output: string, target: Target): string | undefined {
  const [line] =
    /^.*(?:already exists|BucketAlreadyExists|BucketAlreadyOwnedByYou|AlreadyExists).*$/m.exec(output) ?? [];
  return line === undefined
    ? undefined
    : `Something of that name is there already: left by an earlier ${stackName(target)} that was told to retain it (onRemoval: Retain), or another's. Delete or rename it, import it into the stack, or deploy another stage.`;
}

function tooManyStages(output: string): string | undefined {
  return /LimitExceeded|TooManyBuckets|quota/i.test(output)
    ? 'A quota of the account is used up: remove a stage that is no longer needed, or have the quota raised (Service Quotas).'
    : undefined;
}
