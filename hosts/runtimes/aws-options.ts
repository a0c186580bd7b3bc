import type { AwsOptions } from '#adapters/aws/clients/options.ts';
import type { AwsSettingsBase } from './aws-settings.ts';

/** An emulator on a busy machine answers far more slowly than AWS. */
const EMULATOR_PATIENCE = 10;

/** The region and endpoint of every AWS client of a runtime. */
export function awsOptions({ region, endpoint }: Pick<AwsSettingsBase, 'region' | 'endpoint'>): AwsOptions {
  return { region, ...(endpoint !== undefined && { endpoint, patience: EMULATOR_PATIENCE }) };
}
