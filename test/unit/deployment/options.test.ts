import { describe, expect, it } from 'vitest';
import { readOptions } from '#deployment/options.ts';

const deploy = { command: 'npm run deploy --', kind: 'deploy' } as const;

describe('the options of deploy, remove and test:aws', () => {
  it('are read', () => {
    const args = ['--stage', 'dev-2', '--region', 'eu-central-1', '--param', 'a=b=c', '--param', 'd=', '--test-agents'];
    expect(readOptions(deploy, args)).toEqual({
      help: false,
      stage: 'dev-2',
      region: 'eu-central-1',
      params: ['a=b=c', 'd='],
      testAgents: true,
      takeOver: false,
      client: undefined,
      finish: false,
    });
  });

  it('are none by default', () => {
    const none = {
      help: false,
      stage: undefined,
      region: undefined,
      params: [],
      testAgents: false,
      takeOver: false,
      client: undefined,
      finish: false,
    };
    expect(readOptions(deploy, [])).toEqual(none);
  });

  it('of a rotation name a client', () => {
    const rotate = { command: 'npm run rotate --', kind: 'rotate' } as const;
    expect(readOptions(rotate, ['--client', 'c', '--finish'])).toMatchObject({ client: 'c', finish: true });
    expect(() => readOptions(rotate, ['--client', ''])).toThrow('--client is empty');
    expect(() => readOptions(deploy, ['--client', 'c'])).toThrow(/--client/);
  });

  it.each([
    [['--stage', 'Prod'], '--stage is "Prod"'],
    [['--stage', 'a-'], '--stage is "a-"'],
    [['--stage', 'a'.repeat(21)], 'up to 20'],
    [['--stage', ''], '--stage is ""'],
    [['--stage', 'my-aws'], 'Cognito takes no domain that contains "aws"'],
    [['--stage', 'cognito'], 'Cognito takes no domain that contains "cognito"'],
    [['--param', 'novalue'], 'name=value'],
    [['--stag', 'x'], '--stag'],
    [['dev'], 'dev'],
  ])('%j is refused, and the help is named', (args, problem) => {
    expect(() => readOptions(deploy, args)).toThrow(problem);
    expect(() => readOptions(deploy, args)).toThrow('npm run deploy -- --help');
  });

  it('are fewer where nothing is deployed', () => {
    const remove = { command: 'npm run remove --' };
    expect(readOptions(remove, ['-s', 'dev', '-r', 'eu-central-1'])).toMatchObject({ stage: 'dev', params: [] });
    expect(() => readOptions(remove, ['--test-agents'])).toThrow('--test-agents');
  });
});
