import { secretsManagerClient } from '#adapters/aws/clients/secrets-manager.ts';
import { SecretsManagerStore } from '#adapters/aws/secret-store.ts';
import { uuidv7 } from '#shared/ids.ts';
import { systemClock } from '#shared/ports/clock.ts';
import { createLogger } from '#shared/telemetry/powertools-logger.ts';
import { awsOptions } from './aws-options.ts';
import type { AwsCanarySettings } from './aws-settings.ts';

/** The canary's runtime: an HTTP client's, with the secret of its client. */
export function createAwsCanaryParts(settings: AwsCanarySettings) {
  const { stage, service, logLevel, agent, url, tokenUrl } = settings;
  return {
    agent,
    url,
    tokenUrl,
    secrets: new SecretsManagerStore({
      client: secretsManagerClient(awsOptions(settings)),
      stage,
      clock: systemClock,
    }),
    log: createLogger({ level: logLevel, format: 'json', service }),
    newId: () => uuidv7(systemClock.now()),
  };
}
