import { stageProblem } from '#wiring/names.ts';
import type { Step } from '../step.ts';

/** Refuses a stage whose name a service of AWS would refuse. Otherwise a deployment would fail halfway. */
export const stage: Step = (serverless) => ({
  prepare() {
    const name = serverless.getProvider('aws').getStage();
    const problem = stageProblem(name);
    if (problem !== undefined)
      throw new serverless.classes.Error(`The stage is "${name}", ${problem}`, 'INVALID_STAGE');
  },
});
