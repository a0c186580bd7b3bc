import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { accessProblem } from '#deployment/deployed/access-problem.ts';
import { ConfigurationError } from '#shared/errors.ts';
import type { Options } from './options.ts';
import type { Target } from './target.ts';

/**
 * The stage that is meant, `dev` when none was named, in the region that the AWS SDK takes when none was named.
 *
 * An endpoint is taken for an emulator only where STARLING_EMULATOR says so: a shell that has been pointed at a standalone
 * mesh (`starling env`) has one too, and a deployment must go neither there nor somewhere that is not AWS unseen.
 *
 * @throws ConfigurationError
 */
export async function readTarget({ stage = 'dev', region }: Partial<Options>, env: NodeJS.ProcessEnv): Promise<Target> {
  const endpoint = env.AWS_ENDPOINT_URL || undefined;
  const emulated = env.STARLING_EMULATOR === '1';
  if (endpoint !== undefined && !emulated) {
    throw new ConfigurationError(
      `AWS_ENDPOINT_URL is ${endpoint}, which is not AWS. Unset it, or set STARLING_EMULATOR=1 to deploy to an emulator there.`,
    );
  }
  if (emulated && endpoint === undefined) {
    throw new ConfigurationError('STARLING_EMULATOR is set: set AWS_ENDPOINT_URL to where the emulator is, too.');
  }
  return { stage, region: region ?? (await regionOfSdk()), endpoint };
}

/** Of AWS_REGION or the profile. */
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
