import type { Command } from 'commander';
import type { AdminQuarantine, AdminQuarantinedEvent } from '#shared/admin/types.ts';
import { isObject } from '#shared/objects.ts';
import { Mesh } from '../mesh/mesh.ts';
import { type GlobalOptions, readTarget } from '../mesh/target.ts';
import { note, print, printJson } from '../print/output.ts';
import { printTable } from '../print/table.ts';
import { localTime, oneLine, styled } from '../print/text.ts';

interface QuarantineOptions extends GlobalOptions {
  readonly limit?: string;
  readonly cursor?: string;
  readonly json?: true;
}

const examples = `
Examples:
  npx starling events quarantine
  npx starling events quarantine --limit 1 --json`;

export function addQuarantine(events: Command): void {
  events
    .command('quarantine')
    .description('Lists events that broke their contract and were put aside, the newest first.')
    .option('--limit <count>', 'at most this many, up to 100 (default: 20)')
    .option('--cursor <cursor>', 'go on where the page before ended')
    .option('--json', 'print them as JSON, each with the whole event')
    .addHelpText('after', examples)
    .action((_options: unknown, command: Command) => quarantine(command.optsWithGlobals<QuarantineOptions>()));
}

async function quarantine(options: QuarantineOptions): Promise<void> {
  const query = new URLSearchParams();
  for (const name of ['limit', 'cursor'] as const) {
    const value = options[name];
    if (value !== undefined) query.set(name, value);
  }
  const answer = await new Mesh(await readTarget(options)).get<AdminQuarantine>(`/admin/quarantine?${query}`);
  if (options.json) printJson(answer);
  else printQuarantine(answer);
}

function printQuarantine({ events, next }: AdminQuarantine): void {
  if (events.length === 0) {
    print('There are no events in quarantine.');
    return;
  }
  printTable(['SINCE', 'SOURCE', 'DETAIL-TYPE', 'REASON'], events.map(row));
  if (next !== undefined) note(`There are more: add --cursor ${next}`);
}

function row({ at, reason, event }: AdminQuarantinedEvent): string[] {
  const { source, type } = namesOf(event);
  return [localTime(at), styled('cyan', oneLine(source)), styled('bold', oneLine(type)), oneLine(reason)];
}

/** Of an event of the bus, or of a record of the stream, which is a CloudEvent alone. What is neither has no names. */
function namesOf(text: string | undefined): { readonly source: string; readonly type: string } {
  const event = parseOrUndefined(text ?? '');
  const { source, type, 'detail-type': detailType } = isObject(event) ? event : {};
  return { source: nameOf(source), type: nameOf(detailType ?? type) };
}

function nameOf(value: unknown): string {
  return typeof value === 'string' ? value : '-';
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
