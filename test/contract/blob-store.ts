import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BlobStore, MAX_BLOB_BYTES } from '#shared/ports/blob-store.ts';

export interface BlobStoreSubject {
  readonly store: BlobStore;
  close(): Promise<void>;
}

/** What every BlobStore does. */
export function blobStoreContract(name: string, open: () => Promise<BlobStoreSubject>): void {
  describe(`BlobStore: ${name}`, () => {
    let subject: BlobStoreSubject;
    let store: BlobStore;
    let key: string;

    beforeEach(async () => {
      subject = await open();
      store = subject.store;
      key = `events/starling.agents.echo/${randomUUID()}`;
    });
    afterEach(() => subject.close());

    const bytes = (text: string) => new TextEncoder().encode(text);
    const got = async (of = key) => {
      const data = await store.get(of);
      return data && Buffer.from(data).toString();
    };

    it('gives back the bytes as they were', async () => {
      const data = Uint8Array.from({ length: 256 }, (_, i) => i);
      await store.put(key, data);
      expect(Uint8Array.from((await store.get(key)) ?? [])).toEqual(data);
    });

    it('has nothing at a key where nothing was put', async () => {
      expect(await store.get(key)).toBeUndefined();
    });

    it('tells an empty blob from none', async () => {
      await store.put(key, new Uint8Array());
      expect(await store.get(key)).toHaveLength(0);
    });

    it('replaces what a key had', async () => {
      await store.put(key, bytes('a long first text'));
      await store.put(key, bytes('second'));
      expect(await got()).toBe('second');
    });

    it('ends up with one whole blob where several are put at the same time', async () => {
      const texts = Array.from({ length: 8 }, (_, i) => `${i}`.repeat(50_000));
      await Promise.all(texts.map((text) => store.put(key, bytes(text))));
      expect(texts).toContain(await got());
    });

    it('keeps keys apart', async () => {
      const suffixes = [
        'a',
        'A',
        'a/b',
        'a/B',
        'a.b',
        'a-b',
        'a_b',
        'a..b',
        '.a',
        'a/.b',
        'x'.repeat(512 - key.length - 1),
      ];
      const keys = suffixes.map((suffix) => `${key}/${suffix}`);
      await Promise.all(keys.map((each) => store.put(each, bytes(`at ${each}`))));
      expect(await Promise.all(keys.map((each) => got(each)))).toEqual(keys.map((each) => `at ${each}`));
    });

    const wrongKeys = [
      '',
      'x'.repeat(513),
      'a b',
      'ü',
      'a\0b',
      'a\\b',
      'a\n',
      '/a',
      'a/',
      'a//b',
      '.',
      '..',
      '../a',
      'a/../b',
      'a/.',
      'a/./b',
    ];
    it.each(wrongKeys)('refuses the key %j', async (wrong) => {
      await expect(store.put(wrong, bytes('x'))).rejects.toMatchObject({ code: 'BLOB_KEY' });
      await expect(store.get(wrong)).rejects.toMatchObject({ code: 'BLOB_KEY' });
    });

    it('takes a large blob, and none that is larger than the largest', async () => {
      const data = randomBytes(5_000_000);
      await store.put(key, data);
      expect(Buffer.compare((await store.get(key)) ?? new Uint8Array(), data)).toBe(0);
      await expect(store.put(key, new Uint8Array(MAX_BLOB_BYTES + 1))).rejects.toMatchObject({
        code: 'BLOB_TOO_LARGE',
      });
      expect(await store.get(key)).toHaveLength(data.length);
    });
  });
}
