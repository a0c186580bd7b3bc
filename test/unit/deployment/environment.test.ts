import { describe, expect, it } from 'vitest';
import { pointAt } from '#deployment/emulator/environment.ts';

describe('pointing at an emulator', () => {
  it('leaves nothing that leads to an account or another mesh', () => {
    const env: NodeJS.ProcessEnv = {
      PATH: '/bin',
      AWS_PROFILE: 'prod',
      AWS_SESSION_TOKEN: 'token',
      AWS_ACCESS_KEY_ID: 'AKIA',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_REGION: 'eu-central-1',
      STARLING_DATA: '/data',
    };
    pointAt('http://127.0.0.1:1', env);
    expect(env).toEqual({
      PATH: '/bin',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      STARLING_EMULATOR: '1',
    });
  });

  it('that was there before keeps the credentials set for it', () => {
    const env: NodeJS.ProcessEnv = {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
    };
    pointAt('http://127.0.0.1:1', env);
    expect(env).toMatchObject({ AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' });
  });
});
