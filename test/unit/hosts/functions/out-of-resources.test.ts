import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { lacksResources } from '#hosts/functions/out-of-resources.ts';

describe('a function that cannot start because no file descriptor is left', () => {
  it('fails by that code, however many descriptors are missing, and starts when there are some', async () => {
    const script = path.join(import.meta.dirname, 'starved-process.ts');
    const run = promisify(execFile);
    const { stdout } = await run('sh', ['-c', 'ulimit -n 100; exec "$0" "$1"', process.execPath, script]);
    const { 0: none, afterwards, ...few } = JSON.parse(stdout);
    expect(none).toEqual(['OUT_OF_RESOURCES', 'OUT_OF_RESOURCES']);
    expect(afterwards).toEqual(['done', 'done']);
    const seen = new Set(Object.values(few).flat());
    expect([...seen].filter((outcome) => outcome !== 'OUT_OF_RESOURCES' && outcome !== 'done')).toEqual([]);
  });
});

describe('lacksResources', () => {
  it.each([
    ['a code', Object.assign(new Error('open failed'), { code: 'ENFILE' })],
    ['the code of a cause', new Error('cannot load', { cause: Object.assign(new Error('x'), { code: 'ENOSPC' }) })],
    ['a thread that cannot start', new Error('Worker initialization failure: EAGAIN')],
    ['a package.json that cannot be read', new Error('Cannot read package config /package.json: too many open files.')],
  ])('sees %s', (_, error) => {
    expect(lacksResources(error)).toBe(true);
  });

  it.each([
    ['a file that is missing', Object.assign(new Error('no such file'), { code: 'ENOENT' })],
    ['the memory limit of a thread', Object.assign(new Error('out of memory'), { code: 'ERR_WORKER_OUT_OF_MEMORY' })],
    ['no error', undefined],
  ])('sees nothing in %s', (_, error) => {
    expect(lacksResources(error)).toBe(false);
  });
});
