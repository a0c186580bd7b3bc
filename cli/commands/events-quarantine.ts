import type { Command } from 'commander';
import type { AdminQuarantine, AdminQuarantinedEvent } from '#shared/admin/schemas.ts';
import { parseJson } from '#shared/exact-json.ts';
import { isObject } from '#shared/objects.ts';
import type { CliContext } from '../context.ts';
import { Mesh } from '../mesh/mesh.ts';
import type { GlobalOptions } from '../mesh/target.ts';
import { examples } from '../options.ts';
import type { Printer } from '../print/printer.ts';

interface QuarantineOptions extends GlobalOptions {
  readonly limit?: string;
  readonly cursor?: string;
  readonly json?: true;
}

const help = `
Examples:
  npx starling events quarantine
  npx starling events quarantine --limit 1 --json`;

export function addQuarantine(events: Command, context: CliContext): void {
  events
    .command('quarantine')
    .description('Lists events that violated their schema and were put aside, newest first.')
    .option('--limit <count>', 'the largest number of events, up to 100 (default: 20)')
    .option('--cursor <cursor>', 'continue where the page before ended')
    .option('--json', 'print the events as JSON, each one whole')
    .addHelpText('after', examples(context, help))
    .action((_options: unknown, command: Command) => quarantine(command.optsWithGlobals<QuarantineOptions>(), context));
}

async function quarantine(options: QuarantineOptions, { io, printer }: CliContext): Promise<void> {
  const query = new URLSearchParams();
  for (const name of ['limit', 'cursor'] as const) {
    const value = options[name];
    if (value !== undefined) query.set(name, value);
  }
  const answer = await (await Mesh.open(options, io)).get<AdminQuarantine>(`/admin/quarantine?${query}`);
  if (options.json) printer.json(answer);
  else printQuarantine(printer, answer);
}

function printQuarantine(printer: Printer, { events, next }: AdminQuarantine): void {
  if (events.length === 0) {
    printer.note('There are no events in quarantine.');
    return;
  }
  const rows = events.map((event) => row(printer, event));
  printer.table(['SINCE', 'SOURCE', 'DETAIL-TYPE', 'REASON'], rows);
  if (next !== undefined) printer.note(`There are more: add --cursor ${next}`);
}

function row(printer: Printer, { at, reason, event }: AdminQuarantinedEvent): string[] {
  const { source, type } = namesOf(event);
  return [printer.time(at), printer.styled('cyan', source), printer.styled('bold', type), reason];
}

/** Reads an event of the bus, or a record of the stream, which is a bare CloudEvent. Other text has no names. */
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
    return parseJson(text);
  } catch {
    return undefined;
  }
}
