import type { AwsOptions } from '#adapters/aws/clients/options.ts';
import type { AwsSettingsBase } from './aws-settings.ts';

/** How every client of a runtime finds AWS. */
export function awsOptions({ region, endpoint }: Pick<AwsSettingsBase, 'region' | 'endpoint'>): AwsOptions {
  return { region, ...(endpoint !== undefined && { endpoint }) };
}
