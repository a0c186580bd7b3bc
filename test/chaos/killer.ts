import { setTimeout as sleep } from 'node:timers/promises';
import { logSize } from './database.ts';
import type { Load } from './load.ts';
import type { MeshUnderTest } from './mesh.ts';
import type { Pace } from './pace.ts';
import type { Moment } from './plan.ts';

/** Until the moment of a kill comes (milliseconds): a load that gets no further by then is stuck. */
const PATIENCE = 120_000;
/** Between two looks at loads that end, in milliseconds. */
const LOOK = 5;

export interface Kill {
  readonly moment: Moment;
  /** Operations of clients that were under way. */
  readonly underWay: number;
  /** Bytes of the write-ahead log that the process left. */
  readonly log: number;
  /** What the process left of its database that is not whole, as far as that was looked at. */
  readonly damage: readonly string[];
}

export interface KillerOptions {
  readonly mesh: MeshUnderTest;
  readonly loads: readonly Load[];
  readonly pace: Pace;
  /** What is not whole of the database, behind the so-many-th kill. */
  readonly damage: (kill: number) => readonly string[];
}

/** Kills the process at each moment of a plan, and starts it again. */
export class Killer {
  readonly #options: KillerOptions;

  constructor(options: KillerOptions) {
    this.#options = options;
  }

  /** Ends with a mesh that starts, and everything open that the loads have to do. */
  async follow(plan: readonly Moment[], progress: (line: string) => void): Promise<readonly Kill[]> {
    const { mesh, pace, damage } = this.#options;
    const kills: Kill[] = [];
    for (const [index, moment] of plan.entries()) {
      const share = (part: number) => (index + part) / (plan.length + 1);
      pace.open(share(1));
      let kill = await this.#kill(moment, share);
      // A drain that was over before: once more, and without time for it.
      while (kill === undefined) {
        mesh.start();
        kill = await this.#kill(moment.kind === 'drain' ? { ...moment, delay: 0 } : moment, share);
      }
      kills.push({ ...kill, log: logSize(mesh.data), damage: damage(index) });
      progress(`kill ${index + 1} of ${plan.length}: ${describe(moment)}, ${kill.underWay} operations under way`);
      mesh.start();
    }
    pace.open(1);
    return kills;
  }

  /** Undefined when the process had ended, as it had been told to. */
  async #kill(moment: Moment, share: (part: number) => number): Promise<Pick<Kill, 'moment' | 'underWay'> | undefined> {
    const { mesh, loads } = this.#options;
    let underWay = 0;
    await this.#reach(moment, share, () => {
      underWay = sumUnderWay(loads);
      mesh.signal('SIGKILL');
    });
    const end = await mesh.exited;
    if (moment.kind === 'drain' && end === 0) return undefined;
    if (end !== 'SIGKILL') throw new Error(`The mesh ended by itself with ${end}:\n${mesh.output}`);
    return { moment, underWay };
  }

  async #reach(moment: Moment, share: (part: number) => number, kill: () => void): Promise<void> {
    const { mesh } = this.#options;
    switch (moment.kind) {
      case 'start':
        await sleep(moment.delay);
        return kill();
      case 'alone':
        await mesh.ready;
        return this.#alone(moment.load, kill);
      case 'burst':
        await mesh.ready;
        await this.#burst();
        await sleep(moment.delay);
        return kill();
      case 'acknowledgement':
        await mesh.ready;
        return this.#at(moment.load, share(moment.within), kill);
      case 'later':
        await mesh.ready;
        await this.#at(moment.load, share(moment.within), () => {});
        await sleep(moment.delay);
        return kill();
      case 'drain':
        await mesh.ready;
        await this.#at(moment.load, share(moment.within), () => {});
        mesh.signal('SIGTERM');
        await sleep(moment.delay);
        return kill();
      default:
        return moment satisfies never;
    }
  }

  /** Lets one operation begin, and calls `kill` in the turn in which it is acknowledged. */
  async #alone(name: string, kill: () => void): Promise<void> {
    await this.#idle();
    const load = this.#load(name);
    const told = this.#told(load, load.acknowledged + 1, kill);
    this.#options.pace.openOne(name);
    return told;
  }

  /** Lets one operation of each load begin. */
  async #burst(): Promise<void> {
    await this.#idle();
    for (const { name } of this.#options.loads) this.#options.pace.openOne(name);
  }

  /** Resolves when all that is open is done. */
  async #idle(): Promise<void> {
    const { loads, mesh } = this.#options;
    const until = performance.now() + PATIENCE;
    while (sumUnderWay(loads) > 0) {
      if (performance.now() > until) throw new Error(`The loads do not end:\n${mesh.output}`);
      await sleep(LOOK);
    }
  }

  /** Resolves when the load has come so far, `then` being called in that very turn. */
  #at(name: string, share: number, then: () => void): Promise<void> {
    const load = this.#load(name);
    return this.#told(load, Math.ceil(load.target * share), then);
  }

  async #told(load: Load, acknowledged: number, then: () => void): Promise<void> {
    const reached = new Promise<'reached'>((resolve) => {
      load.when(acknowledged, () => {
        then();
        resolve('reached');
      });
    });
    const timer = new AbortController();
    const late = sleep(PATIENCE, 'late' as const, { signal: timer.signal }).catch(() => 'reached' as const);
    if ((await Promise.race([reached, late])) === 'late') {
      throw new Error(`${load.name} is stuck at ${load.acknowledged} of ${load.target}:\n${this.#options.mesh.output}`);
    }
    timer.abort();
  }

  #load(name: string): Load {
    const load = this.#options.loads.find((each) => each.name === name);
    if (load === undefined) throw new Error(`There is no load ${name}.`);
    return load;
  }
}

function sumUnderWay(loads: readonly Load[]): number {
  return loads.reduce((sum, load) => sum + load.underWay, 0);
}

function describe(moment: Moment): string {
  switch (moment.kind) {
    case 'acknowledgement':
      return `at an answer to ${moment.load}`;
    case 'alone':
      return `at an answer to ${moment.load}, which came alone`;
    case 'burst':
      return `${moment.delay} ms after one of each began`;
    case 'later':
      return `${moment.delay} ms after an answer to ${moment.load}`;
    case 'drain':
      return `${moment.delay} ms after SIGTERM`;
    case 'start':
      return `${moment.delay} ms after the start of the process`;
    default:
      return moment satisfies never;
  }
}
