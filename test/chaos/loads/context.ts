import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { A2AClient } from '../a2a-client.ts';
import type { Ledger } from '../ledger.ts';

/** What the loads work with: real clients, and the ledger that they keep. */
export interface LoadContext {
  readonly client: A2AClient;
  readonly aws: { readonly events: EventBridgeClient; readonly sqs: SQSClient; readonly kinesis: KinesisClient };
  readonly ledger: Ledger;
  /** 1 is the size of the test of 20 kills. */
  readonly scale: number;
}
