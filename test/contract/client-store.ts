import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Client, ClientStore } from '#shared/ports/client-store.ts';

export interface ClientStoreSubject {
  readonly store: ClientStore;
  close(): Promise<void>;
}

/** What every ClientStore does. */
export function clientStoreContract(name: string, open: () => Promise<ClientStoreSubject>): void {
  describe(`ClientStore: ${name}`, () => {
    let subject: ClientStoreSubject;
    let store: ClientStore;

    beforeEach(async () => {
      subject = await open();
      store = subject.store;
    });
    afterEach(() => subject.close());

    it('returns what was put, and undefined for what was not', async () => {
      expect(await store.get('app')).toBeUndefined();
      await store.put(client('app'));
      expect(await store.get('app')).toEqual(client('app'));
      expect(await store.get('APP')).toBeUndefined();
    });

    it('replaces the whole client', async () => {
      await store.put(client('app'));
      const changed = { ...client('app'), secretHash: 'other', scopes: [], disabledAt: 2_000 };
      await store.put(changed);
      expect(await store.get('app')).toEqual(changed);
      await store.put(client('app'));
      expect(await store.get('app')).toEqual(client('app'));
    });

    it('replaces a hash that is still the expected one, and nothing else', async () => {
      await store.put(client('app'));
      await store.put(client('other'));
      await store.replaceHash('app', { from: '$scrypt$', to: '$sha256$' });
      expect(await store.list()).toEqual([{ ...client('app'), secretHash: '$sha256$' }, client('other')]);
      await store.replaceHash('app', { from: '$scrypt$', to: 'late' });
      await store.replaceHash('missing', { from: '$scrypt$', to: 'new' });
      expect(await store.list()).toEqual([{ ...client('app'), secretHash: '$sha256$' }, client('other')]);
    });

    it('lists all by id', async () => {
      expect(await store.list()).toEqual([]);
      await store.put(client('b'));
      await store.put(client('a'));
      expect(await store.list()).toEqual([client('a'), client('b')]);
    });

    it('takes text that means something to databases', async () => {
      const odd = { ...client("a'; DROP TABLE clients; --"), name: '{"x": "\'"}' };
      await store.put(odd);
      expect(await store.list()).toEqual([odd]);
    });
  });
}

function client(id: string): Client {
  return { id, name: 'An app', secretHash: '$scrypt$', scopes: ['starling/agents:invoke'], createdAt: 1_000 };
}
