import { optionsOf, stackName, type Target } from '#deployment/target.ts';

/**
 * What to do about a stack in this status before it can be deployed; undefined when it can.
 *
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
 */
export function halfDeployed(status: string, target: Target): string | undefined {
  const name = stackName(target);
  const state = `The stack ${name} in ${target.region} is in ${status}`;
  const again = `npm run deploy -- ${optionsOf(target)}`;
  switch (status) {
    // Its first deployment failed: nothing of it is of use, and CloudFormation updates no such stack.
    case 'ROLLBACK_COMPLETE':
    case 'ROLLBACK_FAILED':
    case 'CREATE_FAILED':
    case 'REVIEW_IN_PROGRESS':
      return `${state}: its first deployment failed. Remove what is left of it, then deploy again:\n  npm run remove -- ${optionsOf(target)}\n  ${again}`;
    case 'DELETE_FAILED':
      return `${state}: its removal failed halfway. Finish that, then deploy again:\n  npm run remove -- ${optionsOf(target)}\n  ${again}`;
    case 'UPDATE_ROLLBACK_FAILED':
      return `${state}: an update failed, and so did the way back. The stack's events name the resource; mend it, go on with the way back, then deploy again:\n  aws cloudformation describe-stack-events --stack-name ${name} --region ${target.region}\n  aws cloudformation continue-update-rollback --stack-name ${name} --region ${target.region}\n  ${again}`;
  }
  return status.endsWith('_IN_PROGRESS')
    ? `${state}: somebody is changing it at the moment. Deploy again when that is done.`
    : undefined;
}
