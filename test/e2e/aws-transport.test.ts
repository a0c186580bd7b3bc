import { once } from 'node:events';
import { connect as connectHttp2, constants } from 'node:http2';
import { connect } from 'node:net';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttp2Handler } from '@smithy/node-http-handler';
import { describe, expect, it } from 'vitest';
import { awsClients, awsOptions } from '#test/support/aws-clients.ts';
import { changeRequests, signedHeaders } from '#test/support/aws-request.ts';
import { orderEntry, putEvents, tapBus } from '#test/support/bus-tap.ts';
import type { Mesh } from '#test/support/mesh.ts';
import { type AwsClients, meshWithClients } from '#test/support/mesh-with-clients.ts';

let mesh: Mesh;
let clients: AwsClients;
let arrived: Awaited<ReturnType<typeof tapBus>>;
meshWithClients(async (...made) => {
  [mesh, clients] = made;
  arrived = await tapBus(clients, 'transport', { source: ['transport'] });
});

const target = 'AWSEvents.PutEvents';
const entry = (text: string) => orderEntry({ Source: 'transport', Detail: JSON.stringify({ text }) });
const bodyOf = (text: string) => JSON.stringify({ Entries: [entry(text)] });
/** The texts of the events that came since the last time. */
const texts = async () => (await arrived()).map((body) => JSON.parse(body).detail.text);

/** The mesh answers, and nothing of what was said before has become an event. */
async function expectUnharmed(): Promise<void> {
  await putEvents(clients, entry('unharmed'));
  expect(await texts()).toEqual(['unharmed']);
  expect(mesh.output).not.toContain('"level":"ERROR"');
}

describe('every way in which an SDK may send a request', () => {
  it('is taken: HTTP/2 for any service', async () => {
    const options = { ...(await awsOptions(mesh)), requestHandler: new NodeHttp2Handler() };
    const [events, sqs] = [new EventBridgeClient(options), new SQSClient(options)];
    expect(await events.send(new PutEventsCommand({ Entries: [entry('http2')] }))).toMatchObject({
      FailedEntryCount: 0,
    });
    expect((await sqs.send(new GetQueueUrlCommand({ QueueName: 'transport' }))).QueueUrl).toMatch(/transport$/);
    expect(await texts()).toEqual(['http2']);
    for (const client of [events, sqs]) client.destroy();
  });

  it('is taken: a client that asks before it sends the body', async () => {
    const asking = await awsClients(mesh);
    changeRequests(asking.events, 'before signing', ({ headers }) => {
      headers.expect = '100-continue';
    });
    expect(await putEvents(asking, entry('asked'))).toMatchObject({ FailedEntryCount: 0 });
    expect(await texts()).toEqual(['asked']);
    asking.destroy();
  });

  it('is taken: a body in chunks whose length nobody tells', async () => {
    const body = bodyOf('chunks');
    const pieces = new Blob([body]).stream();
    const headers = await signedHeaders(mesh, { target, body });
    const response = await fetch(mesh.url, { method: 'POST', headers, body: pieces, duplex: 'half' } as RequestInit);
    expect(await response.json()).toMatchObject({ FailedEntryCount: 0 });
    expect(await texts()).toEqual(['chunks']);
  });

  it('is taken: no body at all, for no input', async () => {
    const none = await fetch(mesh.url, { method: 'POST', headers: await signedHeaders(mesh, { target, body: '' }) });
    expect(await none.json()).toMatchObject({ __type: 'ValidationException' });
    const list = 'AWSEvents.ListEventBuses';
    const headers = await signedHeaders(mesh, { target: list, body: '' });
    expect(await (await fetch(mesh.url, { method: 'POST', headers })).json()).toMatchObject({ EventBuses: [{}] });
  });
});

describe('what no SDK sends', () => {
  const lines = (headers: Readonly<Record<string, string>>) =>
    Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);

  async function rawConnection() {
    const socket = connect(Number(new URL(mesh.url).port), '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  }

  /** With `:authority` in the place of `host`, which it is signed as. */
  async function http2Headers(body: string) {
    const { host = '', ...headers } = await signedHeaders(mesh, { target, body });
    return { ':method': 'POST', ':path': '/', ':authority': host, host, ...headers };
  }

  it('leaves nothing: a body that is cut off, by HTTP/1.1', async () => {
    const body = `${bodyOf('cut off')}   `;
    const socket = await rawConnection();
    const headers = lines({ ...(await signedHeaders(mesh, { target, body })), 'content-length': String(body.length) });
    // All but white space: what came is an input by itself.
    socket.write(`POST / HTTP/1.1\r\n${headers.join('')}\r\n${body.trim()}`);
    socket.end();
    const answer = (await socket.toArray()).join('');
    expect(answer).not.toContain(' 200 ');
    await expectUnharmed();
  });

  it('leaves nothing: a body that is cut off, by HTTP/2', async () => {
    const body = `${bodyOf('cut off')}   `;
    const session = connectHttp2(mesh.url);
    const stream = session.request(await http2Headers(body));
    stream.write(body.trim());
    stream.on('error', () => {});
    await new Promise((resolve) => session.ping(resolve));
    stream.close(constants.NGHTTP2_CANCEL);
    await once(stream, 'close');
    session.close();
    await expectUnharmed();
  });

  it('is refused by size: a flood of headers', async () => {
    const flood = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`x-amz-${i}`, 'x'.repeat(50)]));
    const socket = await rawConnection();
    socket.write(`POST / HTTP/1.1\r\nhost: a\r\nx-amz-target: ${target}\r\n${lines(flood).join('')}`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 431 /);
    socket.destroy();
    const session = connectHttp2(mesh.url);
    session.on('error', () => {});
    const stream = session.request({ ':method': 'POST', 'x-amz-target': target, ...flood });
    await expect(once(stream, 'response')).rejects.toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' });
    session.destroy();
    await expectUnharmed();
  });

  it('is told what is spoken: the protocol that SQS had before', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const body = 'Action=ListQueues&Version=2012-11-05';
    const { 'x-amz-target': _, ...headers } = await signedHeaders(mesh, {
      target,
      service: 'sqs',
      body,
      headers: form,
    });
    const response = await fetch(mesh.url, { method: 'POST', headers, body });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('text/xml');
    expect(await response.text()).toMatch(/<Code>InvalidAction<\/Code><Message>.*JSON protocol of SQS/);
  });
});
