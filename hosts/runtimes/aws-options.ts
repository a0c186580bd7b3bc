import type { AwsOptions } from '#adapters/aws/clients/options.ts';
import type { AwsSettingsBase } from './aws-settings.ts';

/** The region and endpoint of every AWS client of a runtime. */
export function awsOptions({ region, endpoint }: Pick<AwsSettingsBase, 'region' | 'endpoint'>): AwsOptions {
  return { region, ...(endpoint !== undefined && { endpoint }) };
}
