import { StreamNotFoundError } from '#shared/ports/errors.ts';
import { type AwsCall, AwsError, calling } from '../errors.ts';

function streamCall(action: string, stream: string): AwsCall {
  return { action, resource: `the stream ${stream}` };
}

/** Sends a request about a stream. @throws StreamNotFoundError, AwsError */
export async function onStream<Output>(action: string, stream: string, send: () => Promise<Output>): Promise<Output> {
  try {
    return await calling(streamCall(action, stream), send);
  } catch (error) {
    if (error instanceof AwsError && error.code === 'AWS_NOT_FOUND') throw new StreamNotFoundError(stream);
    throw error;
  }
}
