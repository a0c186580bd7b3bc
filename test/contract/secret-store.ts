import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SecretStore } from '#shared/ports/secret-store.ts';

export interface SecretStoreSubject {
  readonly store: SecretStore;
  close(): Promise<void>;
}

/** What every SecretStore does. */
export function secretStoreContract(name: string, open: () => Promise<SecretStoreSubject>): void {
  describe(`SecretStore: ${name}`, () => {
    let subject: SecretStoreSubject;
    let store: SecretStore;

    beforeEach(async () => {
      subject = await open();
      store = subject.store;
    });
    afterEach(() => subject.close());

    it('returns what was put, and undefined for what was not', async () => {
      expect(await store.get('absent')).toBeUndefined();
      await store.put('key', 'one\ntwo ✓');
      expect(await store.get('key')).toBe('one\ntwo ✓');
    });

    it('replaces on put', async () => {
      await store.put('key', 'long enough');
      await store.put('key', 'new');
      expect(await store.get('key')).toBe('new');
    });

    it('creates only where there is none', async () => {
      expect(await store.create('key', 'first')).toBe(true);
      expect(await store.create('key', 'second')).toBe(false);
      expect(await store.get('key')).toBe('first');
    });

    it('lets one of many that create at once win', async () => {
      const values = Array.from({ length: 20 }, (_, i) => `value ${i}`);
      const won = await Promise.all(values.map((value) => store.create('key', value)));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await store.get('key')).toBe(values[won.indexOf(true)]);
    });

    it('never shows half a value while it is replaced', async () => {
      const values = Array.from({ length: 20 }, (_, i) => String(i % 10).repeat(20_000));
      await store.put('key', '9'.repeat(20_000));
      const writes = values.map((value) => store.put('key', value));
      for (let i = 0; i < 20; i++) expect(await store.get('key')).toMatch(/^(\d)\1{19999}$/);
      await Promise.all(writes);
      expect(values).toContain(await store.get('key'));
    });

    it('deletes, also what is not there', async () => {
      await store.delete('key');
      await store.put('key', 'value');
      await store.delete('key');
      await store.delete('key');
      expect(await store.get('key')).toBeUndefined();
      expect(await store.create('key', 'again')).toBe(true);
    });

    it.each([
      '',
      '..',
      '../key',
      'a/b',
      'a\\b',
      '/etc/passwd',
      '.key',
      'Key',
      'key\0',
      'a'.repeat(129),
      '%2e%2e',
      'a.b',
    ])('refuses the name %j', async (bad) => {
      const refusal = { code: 'SECRET_NAME' };
      await expect(store.get(bad)).rejects.toMatchObject(refusal);
      await expect(store.put(bad, 'value')).rejects.toMatchObject(refusal);
      await expect(store.create(bad, 'value')).rejects.toMatchObject(refusal);
      await expect(store.delete(bad)).rejects.toMatchObject(refusal);
    });

    it('refuses an empty value', async () => {
      await expect(store.put('key', '')).rejects.toMatchObject({ code: 'SECRET_EMPTY' });
      await expect(store.create('key', '')).rejects.toMatchObject({ code: 'SECRET_EMPTY' });
      expect(await store.get('key')).toBeUndefined();
    });

    it('refuses a value over 64 KB, without showing it', async () => {
      const value = 'é'.repeat(32_769);
      const error: unknown = await store.put('key', value).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'SECRET_TOO_LARGE' });
      expect(String(error)).not.toContain('éé');
      expect(await store.get('key')).toBeUndefined();
    });
  });
}
