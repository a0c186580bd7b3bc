import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createPrivateFile, readPrivateFile, writePrivateFile } from '#shared/security/private-file.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { describeOnSmallDisk, SmallDisk } from '#test/support/small-disk.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const modeOf = (file: string) => statSync(file).mode & 0o777;

it('makes files and folders that only the owner can use', async () => {
  const file = path.join(folder, 'secrets', 'key');
  await createPrivateFile(file, 'one');
  expect([modeOf(path.dirname(file)), modeOf(file)]).toEqual([0o700, 0o600]);
});

it('takes away the right to read that a file had', async () => {
  const file = path.join(folder, 'key');
  writeFileSync(file, 'old', { mode: 0o644 });
  chmodSync(file, 0o644);
  await writePrivateFile(file, 'new');
  expect(modeOf(file)).toBe(0o600);
  expect(await readPrivateFile(file)).toBe('new');
});

it('leaves nothing behind, also when it fails', async () => {
  await writePrivateFile(path.join(folder, 'key'), 'one');
  await createPrivateFile(path.join(folder, 'key'), 'two');
  mkdirSync(path.join(folder, 'taken'));
  await expect(writePrivateFile(path.join(folder, 'taken'), 'x')).rejects.toThrow();
  expect(readdirSync(folder).sort()).toEqual(['key', 'taken']);
});

// Node's own mkdir with `recursive` never comes back from there.
it.skipIf(process.platform !== 'linux')('fails where no folder can be made', async () => {
  await expect(writePrivateFile('/proc/starling/keys.json', 'x')).rejects.toThrow('/proc/starling/keys.json');
});

it('follows no symbolic link, for reading or writing', async () => {
  const target = path.join(folder, 'target');
  const file = path.join(folder, 'key');
  writeFileSync(target, 'of somebody else');
  symlinkSync(target, file);
  await expect(readPrivateFile(file)).rejects.toThrow();
  expect(await createPrivateFile(file, 'secret')).toBe(false);
  await writePrivateFile(file, 'secret');
  expect(await readPrivateFile(target)).toBe('of somebody else');
  expect(await readPrivateFile(file)).toBe('secret');
});

describeOnSmallDisk('on a full disk', { timeout: 20_000 }, () => {
  it('says so, and leaves no half of a file that a later start would read', async () => {
    const disk = new SmallDisk(64);
    try {
      const [old, fresh] = [path.join(disk.folder, 'old'), path.join(disk.folder, 'fresh')];
      await writePrivateFile(old, 'one');
      disk.fill();
      const refused = { code: 'FILE_NOT_WRITTEN', message: expect.stringContaining('ENOSPC') };
      await expect(writePrivateFile(old, 'two'.repeat(1_000))).rejects.toMatchObject(refused);
      await expect(createPrivateFile(fresh, 'three')).rejects.toMatchObject(refused);
      expect(await readPrivateFile(old)).toBe('one');
      expect(readdirSync(disk.folder).sort()).toEqual(['filler', 'old']);
      disk.free();
      expect(await createPrivateFile(fresh, 'three')).toBe(true);
    } finally {
      disk.remove();
    }
  });
});
