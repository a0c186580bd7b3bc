import { createHash } from 'node:crypto';
import { EventBridgeClient, ListEventBusesCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ListQueueTagsCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients, awsOptions, type ClientChanges } from '#test/support/aws-clients.ts';
import { signedHeaders, signerFor } from '#test/support/aws-request.ts';
import { Mesh } from '#test/support/mesh.ts';

let mesh: Mesh;
beforeAll(async () => {
  mesh = await Mesh.start();
});
afterAll(() => mesh.stop());

const minutes = 60_000;
const target = 'AWSEvents.ListEventBuses';

/** A request signed by the SDK's signer, which may then be spoilt. */
const signed = (body: string | Uint8Array, more: { target?: string; date?: Date } = {}) =>
  signedHeaders(mesh, { target, body, ...more });

async function send(headers: Record<string, string>, body: string | Uint8Array<ArrayBuffer>) {
  const response = await fetch(mesh.url, { method: 'POST', headers, body });
  const { __type, message } = (await response.json()) as { __type?: string; message?: string };
  return { status: response.status, type: __type, message };
}

describe('a signature', () => {
  it('of the keys of the mesh is taken', async () => {
    const { events, destroy } = await awsClients(mesh);
    const { EventBuses } = await events.send(new ListEventBusesCommand({}));
    expect(EventBuses).toEqual([{ Name: 'starling-local', Arn: expect.stringMatching(/:event-bus\/starling-local$/) }]);
    destroy();
  });

  it.each<[string, ClientChanges, string, string]>([
    [
      'with another secret',
      { credentials: { secretAccessKey: 'x' } },
      'InvalidSignatureException',
      'SignatureDoesNotMatch',
    ],
    [
      'of an unknown key',
      { credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' } },
      'UnrecognizedClientException',
      'InvalidClientTokenId',
    ],
    [
      'of a session',
      { credentials: { sessionToken: 'left over' } },
      'UnrecognizedClientException',
      'InvalidClientTokenId',
    ],
    ['for another region', { region: 'eu-west-1' }, 'InvalidSignatureException', 'SignatureDoesNotMatch'],
    [
      'that is 16 minutes old',
      { systemClockOffset: -16 * minutes },
      'InvalidSignatureException',
      'SignatureDoesNotMatch',
    ],
    [
      'that is 16 minutes ahead',
      { systemClockOffset: 16 * minutes },
      'InvalidSignatureException',
      'SignatureDoesNotMatch',
    ],
  ])('%s is refused, with the code of each protocol', async (_what, changes, code, queryCode) => {
    const { events, sqs, destroy } = await awsClients(mesh, changes);
    await expect(events.send(new ListEventBusesCommand({}))).rejects.toMatchObject({ name: code });
    const call = sqs.send(new ReceiveMessageCommand({ QueueUrl: `${mesh.url}/000000000000/starling-local-echo` }));
    await expect(call).rejects.toMatchObject({ Code: queryCode });
    destroy();
  });

  it('that is not there is missed', async () => {
    expect(await send({ 'x-amz-target': target }, '{}')).toMatchObject({
      status: 400,
      type: 'MissingAuthenticationTokenException',
    });
  });

  it('that says not all it must is incomplete', async () => {
    const { authorization = '', ...headers } = await signed('{}');
    for (const spoilt of [authorization.replace(/SignedHeaders=[^,]+, /, ''), authorization.replace('AWS4', 'AWS5')]) {
      expect(await send({ ...headers, authorization: spoilt }, '{}')).toMatchObject({
        type: 'IncompleteSignatureException',
      });
    }
  });

  it('is of one body', async () => {
    const headers = await signed('{"NamePrefix":"a"}');
    expect(await send(headers, '{"NamePrefix":"a"}')).toMatchObject({ status: 200 });
    expect(await send(headers, '{"NamePrefix":"b"}')).toMatchObject({ type: 'InvalidSignatureException' });
    const hash = createHash('sha256').update('{"NamePrefix":"b"}').digest('hex');
    const other = { ...headers, 'x-amz-content-sha256': hash };
    expect(await send(other, '{"NamePrefix":"b"}')).toMatchObject({ type: 'InvalidSignatureException' });
  });

  it('is of one operation', async () => {
    const headers = { ...(await signed('{}')), 'x-amz-target': 'AWSEvents.ListRules' };
    expect(await send(headers, '{}')).toMatchObject({ type: 'InvalidSignatureException' });
  });

  it('that was taken once is good for 15 minutes', async () => {
    const recent = await signed('{}', { date: new Date(Date.now() - 14 * minutes) });
    expect(await send(recent, '{}')).toMatchObject({ status: 200 });
    const old = await signed('{}', { date: new Date(Date.now() - 15 * minutes - 5_000) });
    expect(await send(old, '{}')).toMatchObject({
      type: 'InvalidSignatureException',
      message: expect.stringMatching(/^Signature expired: /),
    });
  });

  it('in the query, as presigned requests have it, is none', async () => {
    const signer = await signerFor(mesh);
    const { host } = new URL(mesh.url);
    const headers = { host, 'x-amz-target': 'AWSEvents.ListEventBuses' };
    const { query = {} } = await signer.presign(
      { method: 'POST', protocol: 'http:', hostname: host, path: '/', headers, body: '{}' },
      { unhoistableHeaders: new Set(['x-amz-target']) },
    );
    const url = `${mesh.url}/?${new URLSearchParams(query as Record<string, string>)}`;
    const response = await fetch(url, { method: 'POST', headers, body: '{}' });
    expect(await response.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
  });

  it('that is made for another service is of no use', async () => {
    const events = new EventBridgeClient({ ...(await awsOptions(mesh)), signer: await signerFor(mesh, 'sqs') });
    await expect(events.send(new ListEventBusesCommand({}))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
      message: "Credential should be scoped to correct service: 'events'.",
    });
    events.destroy();
  });

  it('by a clock that is wrong is made again, also where two clients share that clock', async () => {
    const wrong = { systemClockOffset: -20 * minutes, maxAttempts: 3 };
    const both = await Promise.all([awsClients(mesh, wrong), awsClients(mesh, wrong)]);
    const answers = await Promise.all(both.map(({ events }) => events.send(new ListEventBusesCommand({}))));
    expect(answers).toMatchObject(Array(2).fill({ EventBuses: [{}], $metadata: { attempts: 2 } }));
    for (const each of both) each.destroy();
  });
});

describe('a request', () => {
  it('for an operation or a service that the mesh has not is told so', async () => {
    const { sqs, destroy } = await awsClients(mesh);
    await expect(
      sqs.send(new ListQueueTagsCommand({ QueueUrl: `${mesh.url}/000000000000/starling-local-echo` })),
    ).rejects.toMatchObject({ name: 'InvalidAction' });
    destroy();
    const headers = await signed('{}', { target: 'DynamoDB_20120810.ListTables' });
    expect(await send(headers, '{}')).toMatchObject({ status: 404, type: 'UnknownOperationException' });
    const inherited = await signed('{}', { target: 'AWSEvents.constructor' });
    expect(await send(inherited, '{}')).toMatchObject({ status: 404, type: 'UnknownOperationException' });
  });

  it.each([
    ['no UTF-8', new Uint8Array([0x7b, 0xff, 0x7d])],
    ['no JSON', '{'],
    ['no object', '[]'],
    ['a member of another type', '{"NamePrefix":1}'],
  ])('with a body that is %s is refused', async (_what, body) => {
    expect(await send(await signed(body), body)).toMatchObject({ status: 400, type: 'SerializationException' });
  });

  it('that is larger than any of AWS is refused', async () => {
    const body = 'x'.repeat(16 * 1024 * 1024 + 1);
    expect(await send(await signed(body), body)).toMatchObject({ status: 413, type: 'RequestEntityTooLargeException' });
  });

  it('without a signature is not read', async () => {
    const body = JSON.stringify({ Entries: [{ Source: 'x'.repeat(1_000_000) }] });
    expect(await send({ 'x-amz-target': 'AWSEvents.PutEvents' }, body)).toMatchObject({
      type: 'MissingAuthenticationTokenException',
    });
  });

  it('leaves the gateway and its tokens alone', async () => {
    expect((await mesh.send('echo', 'hello')).status.state).toBe('TASK_STATE_COMPLETED');
    const { events, destroy } = await awsClients(mesh);
    const entry = { Source: 'a', DetailType: 'b', Detail: '{}', EventBusName: 'starling-local' };
    expect(await events.send(new PutEventsCommand({ Entries: [entry] }))).toMatchObject({ FailedEntryCount: 0 });
    destroy();
  });
});
