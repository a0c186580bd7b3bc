/** Where a stage of the mesh is, or is to be. */
export interface Target {
  readonly stage: string;
  readonly region: string;
  /** Of an emulator; AWS itself when undefined. */
  readonly endpoint: string | undefined;
}

export function stackName({ stage }: Pick<Target, 'stage'>): string {
  return `starling-${stage}`;
}

/** Options of the commands that name the target. */
export function optionsOf({ stage, region }: Target): string {
  return `--stage ${stage} --region ${region}`;
}
