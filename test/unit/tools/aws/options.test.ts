import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../../tools/aws/options.ts';

describe('the options of deploy, remove and test:aws', () => {
  it('are read', () => {
    const args = ['--stage', 'dev-2', '--region', 'eu-central-1', '--param', 'a=b=c', '--param', 'd=', '--test-agents'];
    expect(readOptions('npm run deploy --', args)).toEqual({
      help: false,
      stage: 'dev-2',
      region: 'eu-central-1',
      params: ['a=b=c', 'd='],
      testAgents: true,
    });
  });

  it('are none by default', () => {
    const none = { help: false, stage: undefined, region: undefined, params: [], testAgents: false };
    expect(readOptions('x', [])).toEqual(none);
  });

  it.each([
    [['--stage', 'Prod'], '--stage is "Prod"'],
    [['--stage', 'a-'], '--stage is "a-"'],
    [['--stage', 'a'.repeat(21)], 'up to 20'],
    [['--stage', ''], '--stage is ""'],
    [['--param', 'novalue'], 'name=value'],
    [['--stag', 'x'], '--stag'],
    [['dev'], 'dev'],
  ])('%j is refused, and the help is named', (args, problem) => {
    expect(() => readOptions('npm run deploy --', args)).toThrow(problem);
    expect(() => readOptions('npm run deploy --', args)).toThrow('npm run deploy -- --help');
  });
});
