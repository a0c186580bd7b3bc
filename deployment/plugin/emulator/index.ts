import type { Hooks, Serverless } from '../osls.ts';
import { leaveOut } from './leave-out.ts';

/**
 * For a deployment to an emulator (`STARLING_EMULATOR=1`): takes out of the finished template what emulators refuse, and
 * nothing else. Listed last, so that it sees what every other plugin has made.
 */
export default class EmulatorPlugin {
  readonly hooks: Hooks;

  constructor(serverless: Serverless) {
    this.hooks =
      process.env.STARLING_EMULATOR === '1'
        ? {
            'after:aws:package:finalize:mergeCustomProviderResources': () =>
              leaveOut(serverless.service.provider.compiledCloudFormationTemplate),
          }
        : {};
  }
}
