import path from 'node:path';
import { Emulator } from '#deployment/emulator/emulator.ts';
import { pointAt } from '#deployment/emulator/environment.ts';
import { limits } from '#deployment/emulator/limits.ts';
import { pythonWithEmulator } from '#deployment/emulator/python.ts';
import { stackState } from '#deployment/stack/status.ts';
import { messageOf } from '#shared/errors.ts';
import { deployStack } from './deploy-stack.ts';
import { onInterrupt } from './on-interrupt.ts';
import { readTarget } from './read-target.ts';
import { removeStack } from './remove-stack.ts';
import { stackName, type Target } from './target.ts';

const root = path.resolve(import.meta.dirname, '..');
const log = path.join(root, 'build/aws/emulator.log');
const stage = 'test';

/**
 * Deploys the mesh with its test agents to an emulator, runs the tests, and removes the stack, also after a failure.
 */
export async function testOnEmulator(test: (target: Target) => Promise<void>): Promise<void> {
  const emulator = await theEmulator();
  const forget = onInterrupt(() => emulator.interrupted());
  try {
    pointAt(emulator.endpoint, process.env);
    await deployAndTest(await readTarget({ stage }, process.env), test);
    console.log(`\nWhat an emulator cannot show:\n${limits.map((limit) => `\n  - ${limit}`).join('')}\n`);
  } catch (error) {
    if (emulator.log !== undefined) console.error(`\nThe log of the emulator and of its functions: ${emulator.log}`);
    throw error;
  } finally {
    forget();
    await emulator.stop();
  }
}

async function deployAndTest(target: Target, test: (target: Target) => Promise<void>): Promise<void> {
  try {
    await deployStack(target, { params: [], testAgents: true });
    await test(target);
  } catch (error) {
    // The first error is the cause, so it is the one to throw.
    await remove(target).catch((problem: unknown) => console.error(messageOf(problem)));
    throw error;
  }
  await remove(target);
}

async function remove(target: Target): Promise<void> {
  if ((await stackState(target)) === undefined) return;
  await removeStack(target);
  console.log(`\n${stackName(target)} is removed.`);
}

interface Started {
  readonly endpoint: string;
  readonly log: string | undefined;
  /** Called when a signal ends the process and there is no time to remove the stack. */
  interrupted(): Promise<void>;
  stop(): Promise<void>;
}

/** The emulator at AWS_ENDPOINT_URL, which keeps running, or a new one. */
async function theEmulator(): Promise<Started> {
  const given = process.env.AWS_ENDPOINT_URL;
  if (given) {
    const left = `The stack stays at ${given}. Remove it: AWS_ENDPOINT_URL=${given} STARLING_EMULATOR=1 npm run remove -- --stage ${stage}`;
    return {
      endpoint: given,
      log: undefined,
      interrupted: async () => console.error(left),
      stop: async () => undefined,
    };
  }
  const python = await pythonWithEmulator(path.join(root, '.venv'), console.log);
  const emulator = await Emulator.start({ python, log });
  console.log(`The emulator of AWS is at ${emulator.endpoint}`);
  const stop = () => emulator.stop();
  return { endpoint: emulator.endpoint, log, interrupted: stop, stop };
}
