import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListEventBusesCommand } from '@aws-sdk/client-eventbridge';
import { ListStreamsCommand } from '@aws-sdk/client-kinesis';
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dynamoDbClient } from '#adapters/aws/clients/dynamodb.ts';
import { eventBridgeClient } from '#adapters/aws/clients/eventbridge.ts';
import { kinesisClient } from '#adapters/aws/clients/kinesis.ts';
import { type AwsOptions, http } from '#adapters/aws/clients/options.ts';
import { secretsManagerClient } from '#adapters/aws/clients/secrets-manager.ts';
import { calling } from '#adapters/aws/errors.ts';

/** The calls of clients on the path of a request. */
const calls: Readonly<Record<string, (options: AwsOptions) => Promise<unknown>>> = {
  DynamoDB: (options) => dynamoDbClient(options).send(new ListTablesCommand()),
  EventBridge: (options) => eventBridgeClient(options).send(new ListEventBusesCommand()),
  Kinesis: (options) => kinesisClient(options).send(new ListStreamsCommand()),
  'Secrets Manager': (options) => secretsManagerClient(options).send(new ListSecretsCommand({})),
};

describe('a service that takes connections and never answers', () => {
  let server: Server;
  const connections: Socket[] = [];
  beforeEach(async () => {
    server = createServer((socket) => connections.push(socket.on('error', () => {})));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    for (const socket of connections.splice(0)) socket.destroy();
    server.close();
  });

  it.each(Object.entries(calls))('%s is given up after four attempts', async (_, call) => {
    const { port } = server.address() as AddressInfo;
    const options = {
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      patience: 0.05,
    };
    const answer = calling({ action: 'test:Call', resource: 'it' }, () => call(options));
    await expect(answer).rejects.toMatchObject({ code: 'AWS_UNREACHABLE' });
    expect(connections).toHaveLength(4);
  });

  it('takes at most 1.5 s of a caller for each attempt', () => {
    const { connectionTimeout = Number.NaN, requestTimeout = Number.NaN } = http({});
    expect(Math.max(connectionTimeout, requestTimeout)).toBeLessThanOrEqual(1_500);
  });
});
