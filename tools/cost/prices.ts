/**
 * The prices of AWS in us-east-1 in US dollars: on demand, first tier, before any free tier. `seen` says how a price
 * was checked on `checkedAt`: on a page of AWS, on a page of others that quotes AWS, or not at all (`known`: the price
 * has been the same for years, and no page could be read).
 */
export interface Price {
  readonly usd: number;
  /** The unit of the price, as AWS meters it. */
  readonly per: string;
  readonly source: string;
  readonly seen: 'aws' | 'quoted' | 'known';
}

export const checkedAt = '2026-12-01';
export const region = 'us-east-1';

const MILLION = 1e6;

/** A price that AWS gives for a million. */
function perMillion(usd: number, per: string, source: string, seen: Price['seen']): Price {
  return { usd: usd / MILLION, per, source, seen };
}

function each(usd: number, per: string, source: string, seen: Price['seen']): Price {
  return { usd, per, source, seen };
}

export const prices = {
  apiRequest: perMillion(3.5, 'call; a streamed answer counts once for each 10 MB', 'api-gateway/pricing', 'quoted'),
  lambdaRequest: perMillion(0.2, 'request', 'lambda/pricing', 'quoted'),
  lambdaTime: each(0.0000133334, 'GB-second, arm64', 'lambda/pricing', 'quoted'),
  event: perMillion(1, 'custom event of up to 64 KB', 'eventbridge/pricing', 'quoted'),
  archiveIn: each(0.1, 'GB archived', 'eventbridge/pricing', 'quoted'),
  archiveStorage: each(0.023, 'GB-month archived', 'eventbridge/pricing', 'quoted'),
  queueRequest: perMillion(0.4, 'request of up to 64 KB, standard queue', 'sqs/pricing', 'quoted'),
  writeUnit: perMillion(0.625, 'write request unit: 1 KB', 'dynamodb/pricing/on-demand', 'quoted'),
  readUnit: perMillion(0.125, 'read request unit: 4 KB', 'dynamodb/pricing/on-demand', 'quoted'),
  tableStorage: each(0.25, 'GB-month', 'dynamodb/pricing/on-demand', 'aws'),
  tableRecovery: each(0.2, 'GB-month under point-in-time recovery', 'dynamodb/pricing/on-demand', 'known'),
  streamHour: each(0.04, 'hour of a stream, on demand', 'kinesis/data-streams/pricing', 'known'),
  shardHour: each(0.015, 'hour of a shard, provisioned', 'kinesis/data-streams/pricing', 'quoted'),
  streamIn: each(0.08, 'GB written, each record rounded up to 1 KB', 'kinesis/data-streams/pricing', 'known'),
  streamOut: each(0.04, 'GB read', 'kinesis/data-streams/pricing', 'known'),
  fanOutOut: each(0.05, 'GB read with enhanced fan-out, on demand', 'kinesis/data-streams/pricing', 'known'),
  consumerHour: each(0.015, 'hour of a consumer and shard, provisioned', 'kinesis/data-streams/pricing', 'quoted'),
  consumerOut: each(0.013, 'GB read with enhanced fan-out, provisioned', 'kinesis/data-streams/pricing', 'quoted'),
  logs: each(0.5, 'GB of logs', 'cloudwatch/pricing', 'quoted'),
  alarmMonth: each(0.1, 'alarm and month', 'cloudwatch/pricing', 'quoted'),
  dashboardMonth: each(3, 'dashboard and month', 'cloudwatch/pricing', 'known'),
  metricMonth: each(0.3, 'custom metric and month', 'cloudwatch/pricing', 'quoted'),
  trace: perMillion(5, 'trace recorded', 'xray/pricing', 'aws'),
  token: each(0.00225, 'token, client credentials', 'cognito/pricing', 'quoted'),
  keyMonth: each(1, 'KMS key and month', 'kms/pricing', 'known'),
  secretMonth: each(0.4, 'secret and month', 'secrets-manager/pricing', 'quoted'),
  transferOut: each(0.09, 'GB to the internet', 'ec2/pricing/on-demand', 'quoted'),
  blobPut: perMillion(5, 'PUT', 's3/pricing', 'known'),
  blobGet: perMillion(0.4, 'GET', 's3/pricing', 'known'),
} as const satisfies Readonly<Record<string, Price>>;

export type PriceName = keyof typeof prices;
