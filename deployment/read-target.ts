import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { accessProblem } from '#deployment/deployed/access-problem.ts';
import { ConfigurationError } from '#shared/errors.ts';
import type { Options } from './options.ts';
import type { Target } from './target.ts';

/**
 * Reads the stage and the region. The defaults are the stage `dev` and the region of the AWS SDK.
 *
 * AWS_ENDPOINT_URL means an emulator only if STARLING_EMULATOR is set. A shell after `starling env` has such variables for
 * single services, and they point to a standalone mesh. A deployment must not go there.
 *
 * @throws ConfigurationError
 */
export async function readTarget({ stage = 'dev', region }: Partial<Options>, env: NodeJS.ProcessEnv): Promise<Target> {
  const endpoint = env.AWS_ENDPOINT_URL || undefined;
  const emulated = env.STARLING_EMULATOR === '1';
  const ofMesh = Object.keys(env).filter(
    (name) => name.startsWith('AWS_ENDPOINT_URL_') && env[name] === env.STARLING_URL,
  );
  if (ofMesh.length > 0 && env.STARLING_URL) {
    throw new ConfigurationError(
      `${ofMesh.join(', ')} name the mesh at ${env.STARLING_URL}, which is not AWS. Run: unset ${ofMesh.join(' ')}`,
    );
  }
  if (endpoint !== undefined && !emulated) {
    throw new ConfigurationError(
      `AWS_ENDPOINT_URL is ${endpoint}, which is not AWS. Unset it, or set STARLING_EMULATOR=1 to deploy to an emulator there.`,
    );
  }
  if (emulated && endpoint === undefined) {
    throw new ConfigurationError('STARLING_EMULATOR is set. Set AWS_ENDPOINT_URL to the address of the emulator, too.');
  }
  return { stage, region: region ?? (await regionOfSdk()), endpoint };
}

/** The region of AWS_REGION or of the profile. */
async function regionOfSdk(): Promise<string> {
  const client = new CloudFormationClient({});
  try {
    return await client.config.region();
  } catch (cause) {
    throw new ConfigurationError(
      accessProblem(cause, { action: 'the region', resource: 'the profile' }) ??
        'There is no AWS region. Give --region, or set AWS_REGION.',
      {
        cause,
      },
    );
  } finally {
    client.destroy();
  }
}
