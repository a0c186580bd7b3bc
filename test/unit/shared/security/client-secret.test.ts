import { describe, expect, it } from 'vitest';
import { newClientSecret, SecretHasher, TooManySecretsError } from '#shared/security/client-secret.ts';

describe('SecretHasher', () => {
  it('knows the secret again, and no other', async () => {
    const hasher = new SecretHasher();
    const secret = newClientSecret();
    const hash = await hasher.hash(secret);
    for (let i = 0; i < 2; i++) {
      expect(await hasher.matches(secret, hash)).toBe(true);
      expect(await hasher.matches(`${secret} `, hash)).toBe(false);
      expect(await hasher.matches('', hash)).toBe(false);
    }
    expect(await new SecretHasher().matches(secret, hash)).toBe(true);
  });

  it('keeps the secret out of the hash, and salts it', async () => {
    const hasher = new SecretHasher();
    const [one, two] = await Promise.all([hasher.hash('secret'), hasher.hash('secret')]);
    expect(one).toMatch(/^\$scrypt\$ln=14,r=8,p=1\$[\w-]{22}\$[\w-]{43}$/);
    expect(one).not.toBe(two);
  });

  it('does not take the memory of a rotated secret for the new one', async () => {
    const hasher = new SecretHasher();
    const [before, after] = await Promise.all([hasher.hash('before'), hasher.hash('after')]);
    expect(await hasher.matches('before', before)).toBe(true);
    expect(await hasher.matches('before', after)).toBe(false);
    expect(await hasher.matches('after', after)).toBe(true);
  });

  it.each(['', '$scrypt$', 'plain', '$scrypt$ln=14,r=8,p=1$short$short'])(
    'matches nothing to the hash %j',
    async (hash) => {
      expect(await new SecretHasher().matches('', hash)).toBe(false);
      expect(await new SecretHasher().matches(hash, hash)).toBe(false);
    },
  );

  it('turns away a flood, but not who was right before', async () => {
    const hasher = new SecretHasher();
    const hash = await hasher.hash('right');
    expect(await hasher.matches('right', hash)).toBe(true);
    const flood = Array.from({ length: 100 }, (_, i) => hasher.matches(`wrong ${i}`, hash));
    expect(await hasher.matches('right', hash)).toBe(true);

    const settled = await Promise.allSettled(flood);
    const refused = settled.filter((one) => one.status === 'rejected');
    expect(refused).toHaveLength(34);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(TooManySecretsError);
    expect(settled.some((one) => one.status === 'fulfilled' && one.value)).toBe(false);
    expect(await hasher.matches('wrong', hash)).toBe(false);
  });
});

it('makes secrets of 256 bits that need no escaping', () => {
  const secrets = Array.from({ length: 100 }, newClientSecret);
  expect(new Set(secrets).size).toBe(100);
  for (const secret of secrets) expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
});
