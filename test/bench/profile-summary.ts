import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A .cpuprofile: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** Microseconds of the monotonic clock. */
  readonly startTime: number;
  /** The node that was found at each sample. */
  readonly samples: readonly number[];
  /** Microseconds between each sample and the one before. */
  readonly timeDeltas: readonly number[];
}

export interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

export interface SelfTime {
  readonly name: string;
  /** Microseconds a call. */
  readonly perCall: number;
  /** Of the time that was profiled. */
  readonly share: number;
}

export interface Window {
  /** Microseconds of the monotonic clock. */
  readonly from: number;
  readonly to: number;
  readonly calls: number;
}

const root = path.resolve(import.meta.dirname, '../..');

/** The time spent in each function or module itself, the largest first. */
export function selfTimes(profile: CpuProfile, window: Window, by: 'function' | 'module'): SelfTime[] {
  const names = namesOf(profile, by);
  const times = new Map<string, number>();
  let total = 0;
  let at = profile.startTime;
  profile.samples.forEach((node, index) => {
    at += profile.timeDeltas[index] ?? 0;
    // A sample stands for the time until the next one.
    const lasted = profile.timeDeltas[index + 1] ?? 0;
    if (at < window.from || at > window.to) return;
    const name = names.get(node) ?? '(unknown)';
    times.set(name, (times.get(name) ?? 0) + lasted);
    total += lasted;
  });
  return [...times]
    .map(([name, micros]) => ({ name, perCall: micros / window.calls, share: micros / total }))
    .sort((a, b) => b.perCall - a.perCall);
}

function namesOf({ nodes }: CpuProfile, by: 'function' | 'module'): ReadonlyMap<number, string> {
  const parents = new Map<number, ProfileNode>();
  for (const node of nodes) for (const child of node.children ?? []) parents.set(child, node);
  return new Map(
    nodes.map((node) => [node.id, by === 'function' ? functionName(node, parents.get(node.id)) : moduleOf(node)]),
  );
}

/** What is native is told with who called it: "run" alone could be any statement. */
function functionName(node: ProfileNode, parent: ProfileNode | undefined): string {
  const { functionName: name, url, lineNumber } = node.callFrame;
  if (url !== '') return `${name || '(anonymous)'}  ${shortUrl(url)}:${lineNumber + 1}`;
  if (parent === undefined || parent.callFrame.functionName === '(root)') return name;
  return `${name} ← ${functionName(parent, undefined)}`;
}

function moduleOf({ callFrame: { functionName: name, url } }: ProfileNode): string {
  if (url === '') return name.startsWith('(') ? name : '(native)';
  const short = shortUrl(url);
  const [, library] = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(short) ?? [];
  return library ?? short;
}

function shortUrl(url: string): string {
  return url.startsWith('file:') ? path.relative(root, fileURLToPath(url)) : url;
}
