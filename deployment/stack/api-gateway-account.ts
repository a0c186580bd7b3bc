import { APIGatewayClient, GetAccountCommand } from '@aws-sdk/client-api-gateway';
import { CloudFormationClient, DescribeStackResourceCommand } from '@aws-sdk/client-cloudformation';
import { lookupError } from '#deployment/deployed/access-problem.ts';
import { stackName, type Target } from '#deployment/target.ts';
import { messageOf } from '#shared/errors.ts';

/** The logical id in deployment/api.yml. */
const LogicalResourceId = 'ApiGatewayAccount';

/**
 * API Gateway has one role for the logs of all APIs of an account and region. A stage sets the role only where there is none,
 * because the role of another stack must stay.
 *
 * @param given the parameters of the command line
 * @returns `apiGatewayAccount=off` if another stack has set the role
 * @throws ConfigurationError
 */
export async function apiGatewayParameters(target: Target, given: readonly string[]): Promise<readonly string[]> {
  if (given.some((param) => param.startsWith('apiGatewayAccount='))) return [];
  const role = await logRole(target);
  if (role === undefined || (await isOfStack(target))) return [];
  console.log(`API Gateway writes the logs of this account by the role ${role} already. The stage uses it too.`);
  return ['apiGatewayAccount=off'];
}

async function logRole({ region }: Target): Promise<string | undefined> {
  const client = new APIGatewayClient({ region });
  try {
    // An account without a role has an empty text on some endpoints.
    return (await client.send(new GetAccountCommand())).cloudwatchRoleArn || undefined;
  } catch (cause) {
    throw lookupError(cause, { action: 'apigateway:GET', resource: 'the log role of API Gateway' });
  } finally {
    client.destroy();
  }
}

async function isOfStack(target: Target): Promise<boolean> {
  const client = new CloudFormationClient({ region: target.region });
  try {
    await client.send(new DescribeStackResourceCommand({ StackName: stackName(target), LogicalResourceId }));
    return true;
  } catch (cause) {
    // There is no such stack, or the stack has no such resource.
    if (/does not exist/.test(messageOf(cause))) return false;
    const resource = `${LogicalResourceId} of the stack ${stackName(target)}`;
    throw lookupError(cause, { action: 'cloudformation:DescribeStackResource', resource });
  } finally {
    client.destroy();
  }
}
