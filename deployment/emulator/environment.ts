const region = 'us-east-1';

/**
 * Points this process, its SDK and its child processes at an emulator. Removes the variables that the shell has for AWS or for
 * another mesh. The credentials of an emulator that ran before stay.
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
