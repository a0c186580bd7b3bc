import { stackName, type Target } from '#deployment/target.ts';
import { halfDeployed } from './half-deployed.ts';

/**
 * What to do after a deployment that failed.
 *
 * @param output what the deployment printed
 * @param status of the stack by now; undefined when there is none
 */
export function adviceAfterFailure(output: string, status: string | undefined, target: Target): string {
  const causes = [takenName(output, target), tooManyStages(output), unknownTypes(output), noRoleOfEcs(output)].filter(
    (cause) => cause !== undefined,
  );
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
    : `Something of that name is there already: left by an earlier ${stackName(target)} that was told to retain it (onRemoval), or another's. Delete or rename it, import it into the stack, or deploy another stage.`;
}

function unknownTypes(output: string): string | undefined {
  const [, types = ''] = /Unrecognized resource types: \[([^\]]*)\]/.exec(output) ?? [];
  const lacking = [
    ...(types.includes('AWS::Events::Archive') ? ['archive'] : []),
    ...(types.includes('AWS::EventSchemas::') ? ['schemas'] : []),
  ];
  return lacking.length === 0
    ? undefined
    : `The region does not have what the mesh can do without: deploy with --param regionLacks=${lacking.join(',')}, or to another region.`;
}

/** ECS makes its role with an account's first cluster, and does not wait for it. */
function noRoleOfEcs(output: string): string | undefined {
  return /Unable to assume the service linked role/.test(output)
    ? 'The account has not run containers before, and ECS has its role only now: deploy again.'
    : undefined;
}

function tooManyStages(output: string): string | undefined {
  return /LimitExceeded|TooManyBuckets|quota/i.test(output)
    ? 'A quota of the account is used up: remove a stage that is no longer needed, or have the quota raised (Service Quotas).'
    : undefined;
}
