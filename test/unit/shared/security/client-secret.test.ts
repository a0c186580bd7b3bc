import { scryptSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkSecret, hashSecret, newClientSecret } from '#shared/security/client-secret.ts';

describe('a hash', () => {
  it('matches its own secret only', async () => {
    const secret = newClientSecret();
    const hash = hashSecret(secret);
    expect(await checkSecret(secret, hash)).toBe('right');
    for (const other of [`${secret} `, '', hash, newClientSecret()])
      expect(await checkSecret(other, hash)).toBe('wrong');
  });

  it('is the SHA-256 of the secret', () => {
    // FIPS 180-2, appendix B.1.
    expect(hashSecret('abc')).toBe('$sha256$ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
  });

  it.each(['', '$scrypt$', '$sha256$', 'plain', '$sha256$short', '$scrypt$ln=14,r=8,p=1$short$short'])(
    'that is damaged (%j) matches nothing',
    async (hash) => {
      expect(await checkSecret('', hash)).toBe('wrong');
      expect(await checkSecret(hash, hash)).toBe('wrong');
    },
  );

  it('of the old format is outdated, and still matches its own secret only', async () => {
    const salt = Buffer.alloc(16, 7);
    const key = scryptSync('secret', salt, 32, { N: 2 ** 14, r: 8, p: 1, maxmem: 2 ** 25 });
    const hash = `$scrypt$ln=14,r=8,p=1$${salt.toString('base64url')}$${key.toString('base64url')}`;
    expect(await checkSecret('secret', hash)).toBe('outdated');
    expect(await checkSecret('other', hash)).toBe('wrong');
  });
});

it('makes secrets of 256 bits that need no escaping', () => {
  const secrets = Array.from({ length: 100 }, newClientSecret);
  expect(new Set(secrets).size).toBe(100);
  for (const secret of secrets) expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
});
