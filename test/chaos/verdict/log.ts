import type { Artifact, StreamResponse, Task } from '#shared/a2a/types.ts';
import type { AdminLogEntry } from '#shared/admin/schemas.ts';
import { isTerminal } from '#shared/tasks/state.ts';
import type { Call } from '../ledger.ts';

/** Positions from 1 without gaps; turns and attempts that only grow; one end, and nothing behind it. */
export function logProblem(log: readonly AdminLogEntry[]): string | undefined {
  let before: AdminLogEntry | undefined;
  for (const [index, entry] of log.entries()) {
    if (entry.position !== index + 1) return `position ${entry.position} is at place ${index + 1} of the log`;
    if (before && isEnd(before)) return `the log goes on behind its end, at position ${entry.position}`;
    if (before && entry.turn < before.turn) return `turn ${entry.turn} comes after turn ${before.turn}`;
    if (
      before &&
      entry.kind !== 'message' &&
      entry.turn === before.turn &&
      entry.attempt < before.attempt &&
      !isEnd(entry)
    ) {
      return `attempt ${entry.attempt} comes after attempt ${before.attempt}`;
    }
    before = entry;
  }
  return before && isEnd(before) ? undefined : 'the log has no end';
}

function isEnd({ state }: AdminLogEntry): boolean {
  return state !== undefined && isTerminal(state);
}

/** What the agent made of the message, once and of one attempt. */
export function outputProblem({ agent, text }: Call, { status, artifacts = [] }: Task): string | undefined {
  if (status.state !== 'TASK_STATE_COMPLETED') return undefined;
  if (artifacts.length !== 1) return `it has ${artifacts.length} artifacts`;
  const made = artifacts.map(textOf).join('');
  switch (agent) {
    case 'echo':
      return made === text ? undefined : `it says ${made}`;
    case 'asker':
      return made === `${text}, after 2 messages` ? undefined : `it says ${made}`;
    default:
      return countProblem(made, Number(text));
  }
}

function textOf({ parts }: Artifact): string {
  return parts.map((part) => ('text' in part ? part.text : '')).join('');
}

/** @param made `{attempt}.{run of the handler}:{number} ` for each chunk */
function countProblem(made: string, chunks: number): string | undefined {
  const run = made.slice(0, made.indexOf(':'));
  const expected = Array.from({ length: chunks }, (_, index) => `${run}:${index + 1} `).join('');
  return made === expected ? undefined : `its chunks are ${made}`;
}

/** What a stream tells now, of the whole log, is what streams told before; and no chunk is in it twice. */
export function retoldProblem(call: Call, now: ReadonlyMap<number, string>): string | undefined {
  for (const [position, told] of call.told) {
    if (now.get(position) !== told) return `position ${position} was told as ${told}, and is now ${now.get(position)}`;
  }
  let last = { run: '0.', chunk: 0 };
  for (const [position, text] of now) {
    const response = JSON.parse(text) as StreamResponse;
    if (!('artifactUpdate' in response)) continue;
    const { artifact, append } = response.artifactUpdate;
    for (const [index, chunk] of textOf(artifact).trim().split(' ').entries()) {
      const [run = '', number = ''] = chunk.split(':');
      const begins = run !== last.run;
      const follows = begins ? Number.parseInt(run, 10) > Number.parseInt(last.run, 10) : append || index > 0;
      if (!follows || Number(number) !== (begins ? 1 : last.chunk + 1)) {
        return `at position ${position}, ${chunk} follows ${last.run}:${last.chunk}`;
      }
      if (begins && index === 0 && append) return `at position ${position}, ${chunk} does not replace what was before`;
      last = { run, chunk: Number(number) };
    }
  }
  return undefined;
}
