import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { lookupError } from '#deployment/deployed/access-problem.ts';
import { stackName, type Target } from '#deployment/target.ts';
import { messageOf } from '#shared/errors.ts';

export interface StackState {
  /** The status of CloudFormation, such as `UPDATE_COMPLETE`. */
  readonly status: string;
  /** Whether CloudFormation refuses to delete the stack. */
  readonly isProtected: boolean;
}

/**
 * The state of the stack; undefined when there is no stack.
 *
 * @throws ConfigurationError that says what to do when the call to AWS fails.
 */
export async function stackState(target: Target): Promise<StackState | undefined> {
  const client = new CloudFormationClient({ region: target.region });
  const name = stackName(target);
  try {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
    if (stack?.StackStatus === undefined) return undefined;
    return { status: stack.StackStatus, isProtected: stack.EnableTerminationProtection === true };
  } catch (cause) {
    if (/does not exist/.test(messageOf(cause))) return undefined;
    throw lookupError(cause, { action: 'cloudformation:DescribeStacks', resource: `the stack ${name}` });
  } finally {
    client.destroy();
  }
}
