import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '#hosts/aws-api/signature/sha256.ts';
import { awsCredentials, STANDALONE_REGION } from '#shared/security/aws-credentials.ts';
import { EVENTS_PER_CALL, order, RECORDS_PER_CALL } from './payloads.ts';
import type { SignedRequest } from './protocol.ts';

/** Different requests of each kind: more than there are connections, so that neighbours differ. */
const REQUESTS = 200;

export interface Door {
  readonly url: string;
  /** The data folder of the mesh, which has the keys. */
  readonly data: string;
}

/** PutEvents of ten events each, signed as an SDK signs them. They are good for 15 minutes. */
export function putEventsRequests(door: Door, bus: string): Promise<SignedRequest[]> {
  return signed(door, { service: 'events', target: 'AWSEvents.PutEvents' }, (request) => ({
    Entries: Array.from({ length: EVENTS_PER_CALL }, (_, entry) => ({
      EventBusName: bus,
      Source: 'shop.orders',
      DetailType: 'OrderPlaced.v1',
      Detail: JSON.stringify(order(request * EVENTS_PER_CALL + entry)),
    })),
  }));
}

/** PutRecords of a hundred records each. */
export function putRecordsRequests(door: Door, stream: string): Promise<SignedRequest[]> {
  return signed(door, { service: 'kinesis', target: 'Kinesis_20131202.PutRecords' }, (request) => ({
    StreamName: stream,
    Records: Array.from({ length: RECORDS_PER_CALL }, (_, record) => ({
      PartitionKey: `customer-${(request * RECORDS_PER_CALL + record) % 5000}`,
      Data: Buffer.from(JSON.stringify(order(request * RECORDS_PER_CALL + record))).toString('base64'),
    })),
  }));
}

async function signed(
  { url, data }: Door,
  { service, target }: { readonly service: string; readonly target: string },
  input: (request: number) => object,
): Promise<SignedRequest[]> {
  const { host, hostname, protocol } = new URL(url);
  const credentials = await awsCredentials(data);
  const signer = new SignatureV4({ credentials, region: STANDALONE_REGION, service, sha256: Sha256 });
  return Promise.all(
    Array.from({ length: REQUESTS }, async (_, number) => {
      const body = JSON.stringify(input(number));
      const { headers } = await signer.sign({
        method: 'POST',
        protocol,
        hostname,
        path: '/',
        headers: { host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
        body,
      });
      return { headers, body };
    }),
  );
}
