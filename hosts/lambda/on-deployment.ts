import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceResponse, Context } from 'aws-lambda';
import { messageOf } from '#shared/errors.ts';

/** What the handler gets: the manifest, and whether the stack is new. */
export type Deployed<Manifest> = Manifest & { readonly first: boolean };

/** Also what an operator sends to have the manifest of the last deployment gone through again. */
type Call = CloudFormationCustomResourceEvent | Readonly<Record<string, never>>;

/** The resource is the mesh's list of agents, and there is one of it: an update replaces nothing. */
const physicalId = 'starling-agents';
/** CloudFormation takes an answer of 4 KB. */
const MAX_REASON = 1_000;

/**
 * Makes the handler of a CloudFormation custom resource of one that takes a manifest: a deployment calls it when the
 * manifest has changed, and fails when it fails. Called without a custom resource's event, such as by
 * `serverless invoke -f registry`, it goes through the same manifest and answers in words.
 *
 * @param manifest is packaged with the function, as CloudFormation's own properties take 64 KB at most.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
 */
export function onDeployment<Manifest extends object>(
  handler: (event: Deployed<Manifest>, context: Context) => Promise<unknown>,
  manifest: Manifest,
): (event: Call, context: Context) => Promise<void> {
  return async (event, context) => {
    if (!isCustomResource(event)) {
      await handler({ ...manifest, first: false }, context);
      return;
    }
    // The agents are gone with the stack, or stay in the tables that it retains: either way there is nothing to do.
    if (event.RequestType === 'Delete') return answer(event, { Status: 'SUCCESS' });
    let failure: unknown;
    try {
      await handler({ ...manifest, first: event.RequestType === 'Create' }, context);
    } catch (error) {
      failure = error;
    }
    await answer(
      event,
      failure === undefined
        ? { Status: 'SUCCESS' }
        : { Status: 'FAILED', Reason: reasonOf(failure, context.logStreamName) },
    );
  };
}

function isCustomResource(event: Call): event is CloudFormationCustomResourceEvent {
  return 'RequestType' in event && 'ResponseURL' in event;
}

function reasonOf(failure: unknown, log: string): string {
  return `The agents could not be registered: ${messageOf(failure)} (log stream ${log})`.slice(0, MAX_REASON);
}

type Outcome = { readonly Status: 'SUCCESS' } | { readonly Status: 'FAILED'; readonly Reason: string };

/**
 * Tells CloudFormation, which else waits until the resource's timeout. The function is retried when this fails, as its
 * sync can be done again.
 */
async function answer(event: CloudFormationCustomResourceEvent, outcome: Outcome): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event;
  const identity = { StackId, RequestId, LogicalResourceId, PhysicalResourceId: physicalId };
  const body = JSON.stringify({ ...identity, ...outcome } as CloudFormationCustomResourceResponse);
  // The signature of the URL covers an empty content type: with another S3 refuses the answer.
  const headers = { 'content-type': '' };
  const response = await fetch(event.ResponseURL, { method: 'PUT', headers, body });
  if (!response.ok)
    throw new Error(`CloudFormation did not take the answer: ${response.status} ${await response.text()}`);
}
