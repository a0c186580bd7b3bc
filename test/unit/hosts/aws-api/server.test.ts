import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bodies } from '#hosts/aws-api/body.ts';
import { validationMessages } from '#hosts/aws-api/events/validation-messages.ts';
import { AwsApiServer } from '#hosts/aws-api/server.ts';
import type { Operation, Service } from '#hosts/aws-api/service.ts';
import { type Allowance, OverloadError } from '#shared/http/allowance.ts';
import { StoreUnavailableError } from '#shared/ports/errors.ts';
import { changeRequests, type SdkRequest } from '#test/support/aws-request.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const region = 'us-east-1';
const minute = 60_000;

/** The AWS API server behind an HTTP server. The test gives its operations, and the SDKs' clients call it. */
describe('AwsApiServer', () => {
  // The SDKs set their clock by the answers', which is the machine's.
  let now: number;
  const clock = { now: () => now };
  let server: Server;
  let awsApi: AwsApiServer;
  let work: Operation;
  let taken: number;
  let logged: unknown[];
  let allowance: Allowance;
  let clients: { events: EventBridgeClient; sqs: SQSClient; kinesis: KinesisClient };

  beforeEach(async () => {
    now = Date.now();
    taken = 0;
    logged = [];
    allowance = { admit() {}, receive() {}, hold() {}, release() {} };
    work = () => ({});
    const operation: Operation = (input, call) => {
      taken++;
      return work(input, call);
    };
    const service = (parts: Pick<Service, 'target' | 'signingName' | 'throttled'>, name: string): Service => ({
      ...parts,
      contentType: 'application/x-amz-json-1.1',
      queryCompatible: false,
      validationMessages,
      inputs: { [name]: {} },
      operations: { [name]: operation },
    });
    awsApi = new AwsApiServer({
      services: [
        service({ target: 'AWSEvents', signingName: 'events', throttled: 'ThrottlingException' }, 'PutEvents'),
        service({ target: 'AmazonSQS', signingName: 'sqs', throttled: 'RequestThrottled' }, 'SendMessage'),
        service(
          { target: 'Kinesis_20131202', signingName: 'kinesis', throttled: 'ProvisionedThroughputExceededException' },
          'PutRecord',
        ),
      ],
      credentials,
      region,
      clock,
      log: { debug() {}, info() {}, warn() {}, error: (...parts) => void logged.push(parts) },
      admission: { allow: () => allowance },
      bodies: new Bodies({ body: 4_000, held: 1_000 }),
    });
    server = createServer((request, response) => void awsApi.answer(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const requestHandler = new NodeHttpHandler();
    const options = { endpoint, region, credentials, requestHandler, maxAttempts: 3 };
    clients = {
      events: new EventBridgeClient(options),
      sqs: new SQSClient(options),
      kinesis: new KinesisClient(options),
    };
  });
  afterEach(async () => {
    for (const client of Object.values(clients)) client.destroy();
    server.closeAllConnections();
    server.close();
  });

  const put = (Detail: string) =>
    clients.events.send(new PutEventsCommand({ Entries: [{ Source: 'a', DetailType: 'b', Detail }] }));
  const calls: Record<string, (text: string) => Promise<unknown>> = {
    ThrottlingException: put,
    RequestThrottled: (MessageBody) =>
      clients.sqs.send(new SendMessageCommand({ QueueUrl: 'http://q/0/q', MessageBody })),
    ProvisionedThroughputExceededException: (text) =>
      clients.kinesis.send(new PutRecordCommand({ StreamName: 's', PartitionKey: 'k', Data: Buffer.from(text) })),
  };

  it.each(Object.keys(calls))('throttles by %s, for which the SDK tries again until it gives up', async (name) => {
    const error = await calls[name]?.('x'.repeat(2_000)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name, $fault: 'client', $metadata: { attempts: 3, httpStatusCode: 400 } });
    expect(taken).toBe(0);
    expect(logged).toEqual([]);
  });

  it('takes again what it throttled once others are done', async () => {
    let finish = () => {};
    const waiting = new Promise<void>((resolve) => {
      finish = resolve;
    });
    work = async () => {
      await waiting;
      return { Entries: [] };
    };
    const first = put('x'.repeat(700));
    await expect.poll(() => taken).toBe(1);
    let attempts = 0;
    changeRequests(clients.events, 'after signing', () => {
      if (++attempts === 2) finish();
    });
    expect((await put('x'.repeat(700))).$metadata.attempts).toBe(2);
    expect((await first).$metadata.attempts).toBe(1);
  });

  it('has the SDK come again where the store takes nothing, and does not log what the store tells itself', async () => {
    work = () => Promise.reject(new StoreUnavailableError('no room'));
    await expect(put('{}')).rejects.toMatchObject({
      name: 'ServiceUnavailable',
      $fault: 'server',
      $metadata: { attempts: 3, httpStatusCode: 503 },
    });
    expect(taken).toBe(3);
    expect(logged).toEqual([]);
  });

  it('keeps to itself why an operation failed', async () => {
    work = () => {
      throw new Error('the secret detail');
    };
    const error = await put('{}').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'InternalFailure', $metadata: { attempts: 3, httpStatusCode: 500 } });
    expect(JSON.stringify(error)).not.toContain('secret');
    expect(logged).toHaveLength(3);
  });

  it('takes a request that somebody captured for 15 minutes and no longer', async () => {
    const captured: SdkRequest[] = [];
    changeRequests(clients.events, 'after signing', (request) => captured.push(structuredClone({ ...request })));
    await put('{}');
    const [{ headers, body } = expect.fail('nothing was sent')] = captured;
    const replay = async () => {
      const response = await fetch(`http://${headers.host}`, { method: 'POST', headers, body: Buffer.from(body) });
      return (await response.json()) as unknown;
    };
    now += 14 * minute;
    expect(await replay()).toEqual({});
    now += 2 * minute;
    expect(await replay()).toEqual({
      __type: 'InvalidSignatureException',
      message: expect.stringMatching(/^Signature expired: /),
    });
    expect(taken).toBe(2);
  });

  it('tells an operation that its client is gone, and nobody else', async () => {
    const signals: AbortSignal[] = [];
    work = (_input, { signal }) => {
      signals.push(signal);
      return taken === 1
        ? { Entries: [] }
        : new Promise((resolve) => signal.addEventListener('abort', () => resolve({})));
    };
    await put('{}');
    const abort = new AbortController();
    const command = new PutEventsCommand({ Entries: [{ Source: 'a', DetailType: 'b', Detail: '{}' }] });
    const broken = clients.events.send(command, { abortSignal: abort.signal });
    await expect.poll(() => signals.length).toBe(2);
    abort.abort();
    await expect(broken).rejects.toMatchObject({ name: 'AbortError' });
    await expect.poll(() => signals[1]?.aborted).toBe(true);
    expect(signals[0]?.aborted).toBe(false);
    expect(logged).toEqual([]);
  });

  describe('of a client that the host gives no more', () => {
    it('does no work, and lets an SDK try again', async () => {
      allowance.admit = () => {
        throw new OverloadError('TOO_MANY_UNREAD_ANSWERS');
      };
      const put = clients.sqs.send(new SendMessageCommand({ QueueUrl: 'http://q', MessageBody: 'x' }));
      await expect(put).rejects.toMatchObject({ name: 'RequestThrottled', $metadata: { httpStatusCode: 400 } });
      expect(taken).toBe(0);
    });

    it('sends no answer that is too much, with the status of the whole mesh', async () => {
      const held: number[] = [];
      allowance.hold = (bytes) => {
        held.push(bytes);
        throw new OverloadError('MESH_BUSY');
      };
      work = () => ({ MessageId: 'x'.repeat(1_000) });
      const put = clients.sqs.send(new SendMessageCommand({ QueueUrl: 'http://q', MessageBody: 'x' }));
      await expect(put).rejects.toMatchObject({ name: 'ServiceUnavailable', $metadata: { httpStatusCode: 503 } });
      expect(held[0]).toBeGreaterThan(1_000);
    });
  });
});
