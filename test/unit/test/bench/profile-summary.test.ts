import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type CpuProfile, selfTimes } from '#test/bench/profile-summary.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const frame = (functionName: string, file?: string) => ({
  functionName,
  url: file === undefined ? '' : pathToFileURL(path.join(root, file)).href,
  lineNumber: 6,
});

const profile: CpuProfile = {
  startTime: 1000,
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 3, 5] },
    { id: 2, callFrame: frame('(idle)') },
    { id: 3, callFrame: frame('append', 'shared/rows.ts'), children: [4] },
    { id: 4, callFrame: frame('run') },
    { id: 5, callFrame: frame('', 'node_modules/@scope/library/dist/index.js') },
  ],
  samples: [2, 3, 4, 5, 3, 2],
  // At 1100, 1200, 1300, 1400, 1500 and 1600 µs.
  timeDeltas: [100, 100, 100, 100, 100, 100],
};

describe('selfTimes', () => {
  it('sums up by function, and tells what is native by its caller', () => {
    expect(selfTimes(profile, { from: 0, to: 10_000, calls: 10 }, 'function')).toEqual([
      { name: 'append  shared/rows.ts:7', perCall: 20, share: 0.4 },
      { name: '(idle)', perCall: 10, share: 0.2 },
      { name: 'run ← append  shared/rows.ts:7', perCall: 10, share: 0.2 },
      { name: '(anonymous)  node_modules/@scope/library/dist/index.js:7', perCall: 10, share: 0.2 },
    ]);
  });

  it('sums up by module, and by package for libraries', () => {
    const times = selfTimes(profile, { from: 0, to: 10_000, calls: 10 }, 'module');
    expect(times.map(({ name, perCall }) => [name, perCall])).toEqual([
      ['shared/rows.ts', 20],
      ['(idle)', 10],
      ['(native)', 10],
      ['@scope/library', 10],
    ]);
  });

  it('leaves out what lies outside the window', () => {
    const times = selfTimes(profile, { from: 1250, to: 1450, calls: 1 }, 'function');
    expect(times.map(({ name }) => name)).toEqual([
      'run ← append  shared/rows.ts:7',
      '(anonymous)  node_modules/@scope/library/dist/index.js:7',
    ]);
  });
});
