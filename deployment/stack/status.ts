import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { accessProblem } from '#deployment/deployed/access-problem.ts';
import { stackName, type Target } from '#deployment/target.ts';
import { ConfigurationError, messageOf } from '#shared/errors.ts';

/**
 * CloudFormation's status of the stack; undefined when there is no stack.
 *
 * @throws ConfigurationError that says what to do when the call to AWS fails.
 */
export async function stackStatus(target: Target): Promise<string | undefined> {
  const client = new CloudFormationClient({ region: target.region });
  const name = stackName(target);
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
    return Stacks[0]?.StackStatus;
  } catch (cause) {
    const problem = messageOf(cause);
    if (/does not exist/.test(problem)) return undefined;
    throw new ConfigurationError(
      accessProblem(cause, { action: 'cloudformation:DescribeStacks', resource: `the stack ${name}` }) ??
        `The stack ${name} cannot be looked up: ${problem}`,
      {
        cause,
      },
    );
  } finally {
    client.destroy();
  }
}
