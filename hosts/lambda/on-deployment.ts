import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceResponse, Context } from 'aws-lambda';
import { messageOf } from '#shared/errors.ts';

/** The event of the handler: the manifest, and whether the stack is new. */
export type Deployed<Manifest> = Manifest & { readonly first: boolean };

/** An operator sends an empty event to process the manifest of the last deployment again. */
type Call = CloudFormationCustomResourceEvent | Readonly<Record<string, never>>;

/** There is one list of agents, so an update must not replace the resource: its id is constant. */
const physicalId = 'starling-agents';
/** Characters. CloudFormation takes an answer of 4 KB. */
const MAX_REASON = 1_000;

/**
 * Makes the handler of a CloudFormation custom resource from a handler of manifests. A deployment calls it when the manifest has
 * changed, and fails when it fails. `serverless invoke -f registry` calls it without a custom resource's event: it then
 * processes the same manifest.
 *
 * @param manifest packaged with the function, because properties in CloudFormation take 64 KB at most
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
    // The agents are deleted with the tables, or stay in retained tables. Both need no work here.
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
 * Answers CloudFormation, which otherwise waits until the resource's timeout. When this throws, Lambda retries the function:
 * registering the same agents twice is safe.
 */
async function answer(event: CloudFormationCustomResourceEvent, outcome: Outcome): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event;
  const identity = { StackId, RequestId, LogicalResourceId, PhysicalResourceId: physicalId };
  const body = JSON.stringify({ ...identity, ...outcome } as CloudFormationCustomResourceResponse);
  // The URL is signed for an empty content type. S3 refuses any other.
  const headers = { 'content-type': '' };
  const response = await fetch(event.ResponseURL, { method: 'PUT', headers, body });
  if (!response.ok)
    throw new Error(`CloudFormation did not accept the answer: ${response.status} ${await response.text()}`);
}
