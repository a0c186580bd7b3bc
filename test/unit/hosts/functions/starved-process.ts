import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import type { LocalFunction } from '#hosts/functions/function.ts';
import { InProcessFunction } from '#hosts/functions/in-process.ts';
import { IsolatedFunction } from '#hosts/functions/isolated.ts';
import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import { systemClock } from '#shared/ports/clock.ts';
import type { WiredFunction } from '#wiring/types.ts';

/*
 * A process of its own, which has no file descriptor left for a while. Prints what invocations of a function gave meanwhile
 * and afterwards, as one line of JSON.
 */

const folder = path.resolve(import.meta.dirname, '../../../fixtures/functions');
const wired = (name: string) =>
  ({
    name,
    handler: { file: path.join(folder, 'plain.ts'), exportName: 'handler', at: 'here' },
    timeout: 20,
    memorySize: 1024,
    subscriptions: [],
  }) as const;
const runtime = { clock: systemClock, settings: {}, functionSettings: () => ({ maxReceiveCount: 3 }) };
const isolated = new IsolatedFunction(
  wired('isolated') as unknown as WiredFunction,
  runtime as unknown as StandaloneRuntime,
);
const inProcess = new InProcessFunction(wired('in-process'));

/** Takes every descriptor but `left`. */
function starve(left: number): number[] {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch {
    for (const each of taken.splice(0, left)) closeSync(each);
  }
  return taken;
}

async function outcome(target: LocalFunction): Promise<unknown> {
  try {
    return await target.invoke({});
  } catch (error) {
    return (error as { readonly code?: string }).code;
  }
}

const outcomes: Record<string, unknown> = {};
for (const left of [0, 1, 2, 3, 4, 5]) {
  const taken = starve(left);
  outcomes[left] = [await outcome(isolated), await outcome(inProcess)];
  for (const each of taken) closeSync(each);
}
outcomes.afterwards = [await outcome(isolated), await outcome(inProcess)];
await isolated.stop();
process.stdout.write(JSON.stringify(outcomes));
