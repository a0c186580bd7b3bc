import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { LoadGenerator } from './load-generator.ts';
import { type Measurement, measure, warmUp } from './measure.ts';
import type { Options } from './options.ts';
import { type CpuProfile, type SelfTime, selfTimes } from './profile-summary.ts';
import { startMesh } from './servers.ts';

export interface Profiled {
  /** The .cpuprofile, for Chrome's DevTools or VS Code. */
  readonly file: string;
  readonly measured: Measurement;
  /** Of the load after the warm-up only. */
  readonly functions: readonly SelfTime[];
  readonly modules: readonly SelfTime[];
}

/** Runs the mesh once under load with --cpu-prof. The profile stays; the data folder does not. */
export async function profileMesh({ folder, seconds }: Options): Promise<Profiled> {
  mkdirSync(folder, { recursive: true });
  const profiles = mkdtempSync(path.join(folder, 'profile-'));
  const data = mkdtempSync(path.join(folder, 'run-'));
  const load = new LoadGenerator();
  try {
    const flags = `${process.env.NODE_OPTIONS ?? ''} --cpu-prof --cpu-prof-dir="${profiles}"`.trim();
    const mesh = await startMesh(data, { NODE_OPTIONS: flags });
    let measured: Measurement;
    let from: number;
    let to: number;
    try {
      await warmUp(load, mesh);
      from = monotonicMicros();
      measured = await measure(load, mesh, seconds);
      to = monotonicMicros();
    } finally {
      await mesh.stop();
    }
    const file = largestIn(profiles);
    const profile: CpuProfile = JSON.parse(readFileSync(file, 'utf8'));
    const window = { from, to, calls: measured.calls };
    return {
      file,
      measured,
      functions: selfTimes(profile, window, 'function'),
      modules: selfTimes(profile, window, 'module'),
    };
  } finally {
    load.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

/** The clock that V8 puts into its profiles, which all processes share. */
function monotonicMicros(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** Every thread writes a profile; that of the main thread, which does the work, is by far the largest. */
function largestIn(folder: string): string {
  const [largest] = readdirSync(folder)
    .map((name) => path.join(folder, name))
    .sort((a, b) => statSync(b).size - statSync(a).size);
  if (largest === undefined) throw new Error(`node wrote no profile into ${folder}`);
  return largest;
}
