import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type AwsOptions, clientConfig } from './options.ts';

export function secretsManagerClient(options: AwsOptions): SecretsManagerClient {
  return new SecretsManagerClient(clientConfig(options));
}
