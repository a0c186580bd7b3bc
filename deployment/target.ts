/** The place of a deployed stage, or of a stage to deploy. */
export interface Target {
  readonly stage: string;
  readonly region: string;
  /** The address of an emulator. Undefined: AWS itself. */
  readonly endpoint: string | undefined;
}

export function stackName({ stage }: Pick<Target, 'stage'>): string {
  return `starling-${stage}`;
}

/** Options of the commands that name the target. */
export function optionsOf({ stage, region }: Target): string {
  return `--stage ${stage} --region ${region}`;
}
