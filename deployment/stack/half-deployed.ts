import { optionsOf, stackName, type Target } from '#deployment/target.ts';

/**
 * The advice for a stack whose status prevents a deployment; undefined when the stack can be deployed.
 *
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
 */
export function halfDeployed(status: string, target: Target): string | undefined {
  const name = stackName(target);
  const state = `The stack ${name} in ${target.region} is in ${status}`;
  const again = `npm run deploy -- ${optionsOf(target)}`;
  switch (status) {
    // The first deployment failed. CloudFormation does not update such a stack.
    case 'ROLLBACK_COMPLETE':
    case 'ROLLBACK_FAILED':
    case 'CREATE_FAILED':
    case 'REVIEW_IN_PROGRESS':
      return `${state}: its first deployment failed. Remove the stack, then deploy again:\n  npm run remove -- ${optionsOf(target)}\n  ${again}`;
    case 'DELETE_FAILED':
      return `${state}: its removal failed halfway. Finish the removal, then deploy again:\n  npm run remove -- ${optionsOf(target)}\n  ${again}`;
    case 'UPDATE_ROLLBACK_FAILED':
      return `${state}: an update failed, and its rollback failed too. The stack's events name the resource. Repair it, continue the rollback, then deploy again:\n  aws cloudformation describe-stack-events --stack-name ${name} --region ${target.region}\n  aws cloudformation continue-update-rollback --stack-name ${name} --region ${target.region}\n  ${again}`;
  }
  return status.endsWith('_IN_PROGRESS')
    ? `${state}: somebody is changing it at the moment. Deploy again when that is done.`
    : undefined;
}
