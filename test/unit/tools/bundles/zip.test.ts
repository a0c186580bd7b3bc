import { describe, expect, test } from 'vitest';
import { filesOfZip, ZipError } from '#tools/bundles/zip.ts';
import { bzipped, echoZip } from './archives.ts';

describe('filesOfZip', () => {
  test('lists the files with their sizes and gives what they hold', () => {
    const files = filesOfZip(echoZip);
    expect(files.map(({ name, size }) => [name, size])).toEqual([
      ['build/functions/echo.mjs', 56],
      ['größe.txt', 6],
    ]);
    expect(files.map((file) => file.content().toString())).toEqual([
      'export const handler = () => "hello hello hello hello";\n',
      'stored',
    ]);
    expect(files[0]?.packed).toBeLessThan(56);
    expect(files[1]?.packed).toBe(6);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('not an archive at all, only text')],
    ['one that was cut off', echoZip.subarray(0, echoZip.length - 40)],
    ['one without its beginning', echoZip.subarray(10)],
  ])('refuses %s', (_, zip) => {
    expect(() => filesOfZip(zip)).toThrow(ZipError);
  });

  test('names a file that is packed in another way, when it is asked for', () => {
    const [file] = filesOfZip(bzipped);
    expect(() => file?.content()).toThrow('a.mjs is packed in a way that is not read here (method 12).');
  });
});
