import type { Step } from '../step.ts';
import { leaveOut } from './leave-out.ts';

/** For a deployment to an emulator (`STARLING_EMULATOR=1`): takes out of the finished template what emulators refuse. */
export const emulator: Step = ({ service }) => ({
  finish() {
    if (process.env.STARLING_EMULATOR === '1') leaveOut(service.provider.compiledCloudFormationTemplate);
  },
});
