import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { S3BlobStore } from '#adapters/aws/blob-store.ts';
import { s3Client } from '#adapters/aws/clients/s3.ts';
import { MAX_BLOB_BYTES } from '#shared/ports/blob-store.ts';

let server: Server;

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function storeAt(answer: RequestListener): Promise<S3BlobStore> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new S3BlobStore(s3Client({ region: 'us-east-1', endpoint: `http://localhost:${port}`, credentials }), 'blobs');
}

const failure =
  (status: number, code: string): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>by the test</Message></Error>`);
  };

describe('S3BlobStore', () => {
  it('names the bucket in the path, where the endpoint is not AWS', async () => {
    const urls: (string | undefined)[] = [];
    const store = await storeAt(({ url, method }, response) => {
      urls.push(`${method} ${url?.split('?')[0]}`);
      response.end();
    });
    await store.put('events/a/b', new Uint8Array([1]));
    expect(urls).toEqual(['PUT /blobs/events/a/b']);
  });

  it('does not read a blob that is too large, and lets its connection go', async () => {
    let closed: Promise<unknown> | undefined;
    const store = await storeAt((_, response) => {
      closed = new Promise((resolve) => response.on('close', resolve));
      response.writeHead(200, { 'content-length': String(MAX_BLOB_BYTES + 1) });
      response.write('the first bytes');
    });
    await expect(store.get('a')).rejects.toMatchObject({ code: 'BLOB_TOO_LARGE' });
    await closed;
  });

  it('tells a blob that is gone from one that may not be read', async () => {
    const store = await storeAt((request, response) => {
      const gone = request.url?.includes('gone');
      failure(gone ? 404 : 403, gone ? 'NoSuchKey' : 'AccessDenied')(request, response);
    });
    expect(await store.get('gone')).toBeUndefined();
    await expect(store.get('closed')).rejects.toMatchObject({
      code: 'AWS_ACCESS_DENIED',
      message: expect.stringContaining('s3:GetObject on the bucket blobs'),
    });
  });

  it('tells them apart too where S3 answers alike, by the right to list the key', async () => {
    const listed: string[] = [];
    const store = await storeAt((request, response) => {
      const url = new URL(request.url ?? '', 'http://localhost');
      const prefix = url.searchParams.get('prefix');
      if (prefix === null || prefix.startsWith('closed/')) return failure(403, 'AccessDenied')(request, response);
      listed.push(`${prefix} ${url.searchParams.get('max-keys')}`);
      const keys = ['open/there', 'open/there-and-longer', 'open/longer-than-asked'].filter((key) =>
        key.startsWith(prefix),
      );
      const contents = keys.slice(0, 1).map((key) => `<Contents><Key>${key}</Key></Contents>`);
      response.writeHead(200, { 'content-type': 'application/xml' });
      response.end(`<?xml version="1.0"?><ListBucketResult>${contents.join('')}</ListBucketResult>`);
    });
    expect(await store.get('open/gone')).toBeUndefined();
    expect(await store.get('open/longer')).toBeUndefined();
    await expect(store.get('open/there')).rejects.toMatchObject({ code: 'AWS_ACCESS_DENIED' });
    await expect(store.get('closed/there')).rejects.toMatchObject({ code: 'AWS_ACCESS_DENIED' });
    expect(listed).toEqual(['open/gone 1', 'open/longer 1', 'open/there 1']);
  });

  it('puts again what S3 could not take', async () => {
    let calls = 0;
    const store = await storeAt((request, response) => {
      calls++;
      if (calls < 3) failure(503, 'SlowDown')(request, response);
      else response.end();
    });
    await store.put('a', new Uint8Array(10));
    expect(calls).toBe(3);
  });
});
