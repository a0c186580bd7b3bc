import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type AwsCredentials, awsCredentials, STANDALONE_REGION } from '#shared/security/aws-credentials.ts';
import type { Mesh } from './mesh.ts';

export interface ClientChanges {
  readonly credentials?: Partial<AwsCredentials> & { readonly sessionToken?: string };
  readonly region?: string;
  /** Milliseconds that the client's clock is ahead. */
  readonly systemClockOffset?: number;
  /** 1 when not given: a test sees the first answer. */
  readonly maxAttempts?: number;
}

/** What `npx starling env` has an SDK connect with. */
export async function awsOptions(mesh: Pick<Mesh, 'url' | 'data'>, changes: ClientChanges = {}) {
  const { credentials, ...more } = changes;
  return {
    endpoint: mesh.url,
    region: STANDALONE_REGION,
    maxAttempts: 1,
    credentials: { ...(await awsCredentials(mesh.data)), ...credentials },
    ...more,
  };
}

/** The AWS SDK's clients as they are, at a standalone mesh. */
export async function awsClients(mesh: Pick<Mesh, 'url' | 'data'>, changes: ClientChanges = {}) {
  const options = await awsOptions(mesh, changes);
  const clients = {
    events: new EventBridgeClient(options),
    sqs: new SQSClient(options),
    kinesis: new KinesisClient(options),
  };
  return {
    ...clients,
    destroy() {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
