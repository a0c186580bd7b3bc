import type { Step } from '../step.ts';
import { leaveOut } from './leave-out.ts';

/**
 * Removes the resources that emulators refuse from the finished template, for a deployment to an emulator
 * (`STARLING_EMULATOR=1`).
 */
export const emulator: Step = ({ service }) => ({
  finish() {
    if (process.env.STARLING_EMULATOR === '1') leaveOut(service.provider.compiledCloudFormationTemplate);
  },
});
