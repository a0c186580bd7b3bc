import { execFileSync } from 'node:child_process';
import { describe, it } from 'vitest';

/** How each tool is tried. */
const probes = {
  // A container may have it, and forbid it to trace.
  strace: ['strace', '-f', '-o', '/dev/null', 'true'],
  javac: ['javac', '-version'],
  java: ['java', '-version'],
  go: ['go', 'version'],
  mvn: ['mvn', '--version'],
  python3: ['python3', '-c', 'import sys, venv; sys.exit(sys.version_info < (3, 10))'],
} as const;

export type Tool = keyof typeof probes;

/** In CI, where nothing may be left out for want of a tool. */
const required = process.env.STARLING_WIDER === 'required';

/** A suite that needs tools beside Node. Where one is missing it is skipped, and its name says for want of what. */
export function describeWith(tools: readonly Tool[], title: string, suite: () => void): void {
  const missing = tools.filter((tool) => !runs(probes[tool])).join(', ');
  if (missing === '') describe(title, suite);
  else if (required) {
    it(`${title} (needs ${missing})`, () => {
      throw new Error(`${missing} cannot be run here, and STARLING_WIDER=required lets nothing be skipped.`);
    });
  } else describe.skip(`${title} (skipped: no ${missing} here)`, suite);
}

function runs([program, ...words]: readonly [string, ...string[]]): boolean {
  try {
    execFileSync(program, words, { stdio: 'ignore', timeout: 60_000 });
    return true;
  } catch {
    return false;
  }
}
