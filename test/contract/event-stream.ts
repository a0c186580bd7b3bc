import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StreamNotFoundError } from '#shared/ports/errors.ts';
import type { EventStream, StreamRecord } from '#shared/ports/event-stream.ts';

export interface EventStreamSubject {
  readonly stream: EventStream;
  /** A stream of several shards. */
  readonly name: string;
  /** Lets what was put become readable, where that takes a while. */
  settle?(): Promise<void>;
  close(): Promise<void>;
}

/** What every EventStream does. */
export function eventStreamContract(name: string, open: () => Promise<EventStreamSubject>): void {
  describe(`EventStream: ${name}`, () => {
    let subject: EventStreamSubject;
    let stream: EventStream;
    let consumer: string;

    beforeEach(async () => {
      subject = await open();
      stream = subject.stream;
      consumer = `consumer-${randomUUID()}`;
    });
    afterEach(() => subject.close());

    const bytes = (text: string) => new TextEncoder().encode(text);
    const textOf = (record: StreamRecord) => new TextDecoder().decode(record.data);
    const put = (...records: (readonly [key: string, text: string])[]) =>
      stream.put(
        subject.name,
        records.map(([partitionKey, text]) => ({ partitionKey, data: bytes(text) })),
      );

    /** All records of a shard, read in small pieces. */
    async function readShard(shard: string, after?: string): Promise<StreamRecord[]> {
      await subject.settle?.();
      const records: StreamRecord[] = [];
      for (;;) {
        const page = await stream.read(subject.name, shard, records.at(-1)?.sequenceNumber ?? after, {
          max: 7,
          wait: 0,
        });
        records.push(...page);
        if (page.length === 0) return records;
      }
    }
    async function readAll(): Promise<Map<string, StreamRecord[]>> {
      const shards = await stream.shards(subject.name);
      return new Map(await Promise.all(shards.map(async (shard) => [shard, await readShard(shard)] as const)));
    }
    async function shardOf(key: string): Promise<string> {
      for (const [shard, records] of await readAll()) {
        if (records.some(({ partitionKey }) => partitionKey === key)) return shard;
      }
      throw new Error(`no shard has ${key}`);
    }

    it('keeps the order of a partition key, within a put and from put to put', async () => {
      const expected = new Map<string, string[]>();
      for (let round = 0; round < 6; round++) {
        const records = Array.from({ length: 10 }, (_, i) => [`key-${i % 5}`, `${round}.${i}`] as const);
        for (const [key, text] of records) expected.set(key, [...(expected.get(key) ?? []), text]);
        await put(...records);
      }
      const got = new Map<string, string[]>();
      for (const records of (await readAll()).values()) {
        for (const record of records) {
          got.set(record.partitionKey, [...(got.get(record.partitionKey) ?? []), textOf(record)]);
        }
      }
      expect(got).toEqual(expected);
    });

    it('puts all records of a key into one shard', async () => {
      for (let round = 0; round < 3; round++)
        await put(...['a', 'b', 'c', 'd'].map((key) => [key, `${round}`] as const));
      const shards = new Map<string, Set<string>>();
      for (const [shard, records] of await readAll()) {
        for (const { partitionKey } of records) {
          shards.set(partitionKey, (shards.get(partitionKey) ?? new Set()).add(shard));
        }
      }
      expect([...shards.values()].map(({ size }) => size)).toEqual([1, 1, 1, 1]);
    });

    it('spreads many keys over all shards', async () => {
      const count = 400;
      await put(...Array.from({ length: count }, (_, i) => [`key-${i}`, ''] as const));
      const sizes = [...(await readAll()).values()].map(({ length }) => length);
      expect(sizes.length).toBeGreaterThan(1);
      for (const size of sizes) expect(size).toBeGreaterThan(count / sizes.length / 2);
    });

    it('answers with the sequence numbers, which grow within a shard', async () => {
      const sent = await put(['k', '1'], ['k', '2'], ['k', '3']);
      const records = await readShard(await shardOf('k'));
      const numbers = sent.map(({ sequenceNumber }) => BigInt(sequenceNumber));
      expect(records.map(({ sequenceNumber }) => BigInt(sequenceNumber))).toEqual(numbers);
      expect(numbers).toEqual(numbers.toSorted((a, b) => (a < b ? -1 : 1)));
      expect(new Set(numbers).size).toBe(3);
    });

    it('gives bytes, key and time as they were', async () => {
      const data = Uint8Array.from({ length: 256 }, (_, i) => i);
      await stream.put(subject.name, [{ partitionKey: 'schlüssel', data }]);
      const [record] = await readShard(await shardOf('schlüssel'));
      expect(record?.partitionKey).toBe('schlüssel');
      expect(Uint8Array.from(record?.data ?? [])).toEqual(data);
      expect(record?.arrivedAt).toBeGreaterThan(0);
    });

    it('reads after a sequence number, as often as one likes', async () => {
      const sent = await put(['k', '1'], ['k', '2'], ['k', '3']);
      const shard = await shardOf('k');
      expect((await readShard(shard, sent[0]?.sequenceNumber)).map(textOf)).toEqual(['2', '3']);
      expect((await readShard(shard, sent[0]?.sequenceNumber)).map(textOf)).toEqual(['2', '3']);
      expect(await readShard(shard, sent[2]?.sequenceNumber)).toEqual([]);
      expect((await stream.read(subject.name, shard, undefined, { max: 2, wait: 0 })).map(textOf)).toEqual(['1', '2']);
      expect((await stream.read(subject.name, shard, undefined, { max: 2, wait: 0 })).map(textOf)).toEqual(['1', '2']);
    });

    it('knows the newest record of a shard', async () => {
      const shards = await stream.shards(subject.name);
      expect(await Promise.all(shards.map((shard) => stream.newest(subject.name, shard)))).toEqual(
        shards.map(() => undefined),
      );
      const sent = await put(['k', '1'], ['k', '2']);
      const shard = await shardOf('k');
      expect(await stream.newest(subject.name, shard)).toBe(sent[1]?.sequenceNumber);
    });

    it('keeps the same shards', async () => {
      const shards = await stream.shards(subject.name);
      expect(new Set(shards).size).toBe(shards.length);
      await put(...Array.from({ length: 20 }, (_, i) => [`${i}`, ''] as const));
      expect(await stream.shards(subject.name)).toEqual(shards);
    });

    it('wakes a reader that waits, when a record of its shard comes', async () => {
      await put(['k', 'first']);
      const shard = await shardOf('k');
      const after = await stream.newest(subject.name, shard);
      const waiting = stream.read(subject.name, shard, after, { max: 10, wait: 20 });
      await new Promise((resolve) => setTimeout(resolve, 20));
      await put(['k', 'second']);
      expect((await waiting).map(textOf)).toEqual(['second']);
    });

    it('goes on waiting while only other shards get records', async () => {
      await put(...Array.from({ length: 20 }, (_, i) => [`key-${i}`, ''] as const));
      const [[mine, [own]] = ['', []], [, [other]] = ['', []]] = [...(await readAll())];
      const waiting = stream.read(subject.name, mine, await stream.newest(subject.name, mine), { max: 10, wait: 20 });
      await put([other?.partitionKey ?? '', 'theirs']);
      await put([own?.partitionKey ?? '', 'mine']);
      expect((await waiting).map(textOf)).toEqual(['mine']);
    });

    it('misses no record that is put in the moment in which a read begins', async () => {
      await put(['k', 'first']);
      const shard = await shardOf('k');
      for (let round = 0; round < 5; round++) {
        const after = await stream.newest(subject.name, shard);
        const waiting = stream.read(subject.name, shard, after, { max: 10, wait: 20 });
        const sent = put(['k', `${round}`]);
        expect((await waiting).map(textOf)).toEqual([`${round}`]);
        await sent;
      }
    });

    it('ends a wait when it is aborted', async () => {
      const [shard = ''] = await stream.shards(subject.name);
      const stop = new AbortController();
      const waiting = stream.read(subject.name, shard, undefined, { max: 1, wait: 20, signal: stop.signal });
      stop.abort();
      expect(await waiting).toEqual([]);
      expect(await stream.read(subject.name, shard, undefined, { max: 1, wait: 20, signal: stop.signal })).toEqual([]);
    });

    it('remembers the place of each consumer in each shard, and never moves it back', async () => {
      const sent = await put(['k', '1'], ['k', '2'], ['k', '3']);
      const [first = '', second = '', third = ''] = sent.map(({ sequenceNumber }) => sequenceNumber);
      const shard = await shardOf('k');
      const other = (await stream.shards(subject.name)).find((each) => each !== shard) ?? '';
      const position = (of = consumer, on = shard) => stream.position(of, subject.name, on);
      expect(await position()).toBeUndefined();
      await stream.checkpoint(consumer, subject.name, shard, second);
      expect(await position()).toBe(second);
      await stream.checkpoint(consumer, subject.name, shard, first);
      expect(await position()).toBe(second);
      await stream.checkpoint(consumer, subject.name, shard, third);
      expect(await position()).toBe(third);
      await stream.checkpoint(consumer, subject.name, other, '9');
      await stream.checkpoint(consumer, subject.name, other, '10');
      await stream.checkpoint(consumer, subject.name, other, '9');
      expect(await position(consumer, other)).toBe('10');
      expect(await position(consumer, 'shardId-000000000099')).toBeUndefined();
      expect(await position(`${consumer}-2`)).toBeUndefined();
    });

    it('refuses a stream that was never made', async () => {
      const missing = `missing-${randomUUID()}`;
      const record = { partitionKey: 'k', data: bytes('x') };
      await expect((async () => stream.put(missing, [record]))()).rejects.toBeInstanceOf(StreamNotFoundError);
      await expect(stream.shards(missing)).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' });
    });
  });
}
