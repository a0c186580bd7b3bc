import { stackName, type Target } from '#deployment/target.ts';
import { halfDeployed } from './half-deployed.ts';

/**
 * The advice after a failed deployment.
 *
 * @param output the output of the deployment
 * @param status the present status of the stack; undefined when there is no stack
 */
export function adviceAfterFailure(output: string, status: string | undefined, target: Target): string {
  const causes = [
    takenName(output, target),
    tooManyStages(output),
    unknownTypes(output),
    noRoleOfEcs(output),
    noFanOut(output),
  ].filter((cause) => cause !== undefined);
  const state = status === undefined ? undefined : halfDeployed(status, target);
  const unchanged =
    status !== undefined && state === undefined
      ? `The stack ${stackName(target)} is as it was before (${status}).`
      : undefined;
  return [...causes, state ?? unchanged].filter((part) => part !== undefined).join('\n');
}

/** A bucket, a table or a log group of that name exists outside this stack. */
function takenName(output: string, target: Target): string | undefined {
  const [line] =
    /^.*(?:already exists|BucketAlreadyExists|BucketAlreadyOwnedByYou|AlreadyExists).*$/m.exec(output) ?? [];
  return line === undefined
    ? undefined
    : `A resource of that name exists already. If an earlier ${stackName(target)} retained it (onRemoval), deploy with --take-over. If it belongs to somebody else, delete or rename it, or deploy another stage.`;
}

function unknownTypes(output: string): string | undefined {
  const [, types = ''] = /Unrecognized resource types: \[([^\]]*)\]/.exec(output) ?? [];
  const lacking = [
    ...(types.includes('AWS::Events::Archive') ? ['archive'] : []),
    ...(types.includes('AWS::EventSchemas::') ? ['schemas'] : []),
    ...(types.includes('AWS::Kinesis::ResourcePolicy') ? ['streamPolicy'] : []),
  ];
  return lacking.length === 0
    ? undefined
    : `The region lacks services that the mesh can do without. Deploy with --param regionLacks=${lacking.join(',')}, or to another region.`;
}

/** ECS creates its role with the first cluster of an account, and does not wait until the role works. */
function noRoleOfEcs(output: string): string | undefined {
  return /Unable to assume the service linked role/.test(output)
    ? 'The account had no containers before, and ECS has created its role only now. Deploy again.'
    : undefined;
}

/** Who deploys may not register the consumer of the stream, or the function may not read by it. */
function noFanOut(output: string): string | undefined {
  const without = 'Or deploy with --param streamFanOut=off: Lambda then fetches chunks once a second.';
  if (/not authorized to perform:? kinesis:\w*StreamConsumer/i.test(output)) {
    return `These credentials may not register a consumer of the stream (enhanced fan-out). Allow them kinesis:RegisterStreamConsumer, kinesis:DescribeStreamConsumer and kinesis:DeregisterStreamConsumer on the stream and its consumers, then deploy again. ${without}`;
  }
  if (/SubscribeToShard|Cannot access stream \S*\/consumer\//.test(output)) {
    return `The role of a function may not read from its consumer of the stream (enhanced fan-out). A role that Starling makes has the rights kinesis:SubscribeToShard and kinesis:DescribeStreamConsumer: look for a permissions boundary or a policy of the organization that denies them. ${without}`;
  }
  return undefined;
}

function tooManyStages(output: string): string | undefined {
  return /LimitExceeded|TooManyBuckets|quota/i.test(output)
    ? 'A quota of the account is used up. Remove a stage that nobody needs, or request a higher quota (Service Quotas).'
    : undefined;
}
