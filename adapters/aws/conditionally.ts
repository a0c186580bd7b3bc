import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type AwsCall, calling } from './errors.ts';

/** Sends a conditional write. @returns false when its condition does not hold. */
export function conditionally(call: AwsCall, send: () => Promise<unknown>): Promise<boolean> {
  return calling(call, async () => {
    try {
      await send();
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  });
}
