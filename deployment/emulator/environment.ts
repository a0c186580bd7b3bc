const region = 'us-east-1';

/**
 * Points this process, the SDK in it and every program that it starts at an emulator, away from any account: what a shell
 * has set for AWS or for another mesh is not for this one. An emulator that was there before keeps the credentials that
 * were set for it.
 */
export function pointAt(endpoint: string, env: NodeJS.ProcessEnv): void {
  const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID = 'test', AWS_SECRET_ACCESS_KEY = 'test' } = env;
  const credentials =
    AWS_ENDPOINT_URL === endpoint
      ? { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY }
      : { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  for (const name of Object.keys(env)) if (/^(?:AWS|STARLING)_/.test(name)) delete env[name];
  Object.assign(env, credentials, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    STARLING_EMULATOR: '1',
  });
}
