import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { PutEventAnswer } from '#shared/events/put-answers.ts';
import { CliError, UsageError } from '../errors.ts';
import { batchesOf, parseEvents, parseValue } from '../mesh/events.ts';
import { Mesh } from '../mesh/mesh.ts';
import { type GlobalOptions, readTarget } from '../mesh/target.ts';
import { note, print } from '../print/output.ts';
import { oneLine } from '../print/text.ts';

interface PutOptions extends GlobalOptions {
  readonly source?: string;
  readonly type?: string;
  readonly subject?: string;
  readonly id?: string;
  readonly payload?: string;
  readonly json?: true;
}

const examples = `
Examples:
  npx starling events put --source com.example.shop --type OrderPlaced.v1 --payload '{"orderId": 7}'
  npx starling events put events.jsonl
  jq -c '{data: .}' orders.json | npx starling events put --source com.example.shop --type OrderPlaced.v1

Prints the id of each event that was put. Exits with 1, and the reasons on stderr, when one was refused or put into
quarantine; those before and after it are put nevertheless.`;

export function addPut(events: Command): void {
  events
    .command('put')
    .description('Puts CloudEvents on the bus: one, a JSON array of them, or one on each line.')
    .argument('[file]', 'where they are; - or nothing for standard input')
    .option('--source <source>', 'who says it, where an event does not: a source of your own')
    .option('--type <type>', 'what it is, where an event does not say: the detail-type, such as OrderPlaced.v1')
    .option('--subject <subject>', 'what it is about, where an event does not say')
    .option('--payload <json>', 'put one event with this as its data, and read nothing')
    .option('--id <id>', 'the id of that event (default: a new one)')
    .option('--json', "print the mesh's answer for each event as JSON on a line")
    .addHelpText('after', examples)
    .action((file: string | undefined, _options: unknown, command: Command) =>
      put(file, command.optsWithGlobals<PutOptions>()),
    );
}

async function put(file: string | undefined, options: PutOptions): Promise<void> {
  const { source, type, subject } = options;
  const given = { ...(source && { source }), ...(type && { type }), ...(subject && { subject }) };
  const events = (await readEvents(file, options)).map((event) => ({
    specversion: '1.0',
    id: randomUUID(),
    ...given,
    ...event,
  }));
  const mesh = new Mesh(await readTarget(options));
  let failed = 0;
  for (const batch of batchesOf(events)) {
    for (const answer of (await mesh.putEvents(batch)).events) {
      if (options.json) print(JSON.stringify(answer));
      if (!report(answer, options.json === true)) failed++;
    }
  }
  if (failed > 0) throw new CliError(`${failed} of ${events.length} events did not get through.`);
}

/** Says what became of an event, and whether it is on its way. */
function report(answer: PutEventAnswer, quiet: boolean): boolean {
  if ('error' in answer) {
    note(`${oneLine(answer.id ?? '(no id)')}: ${answer.error.code}: ${answer.error.message}`);
    return false;
  }
  if (!quiet) print(answer.id);
  if (answer.quarantined === undefined) return true;
  note(`${oneLine(answer.id)}: in quarantine, and not delivered: ${answer.quarantined}`);
  return false;
}

async function readEvents(file: string | undefined, { payload, id }: PutOptions): Promise<readonly object[]> {
  if (payload !== undefined) {
    if (file !== undefined) throw new UsageError('--payload is an event of its own: give it or a file.');
    return [{ ...(id !== undefined && { id }), data: parseValue(payload, '--payload') }];
  }
  if (id !== undefined) throw new UsageError('--id goes with --payload: events that are read have ids of their own.');
  if (file === undefined && process.stdin.isTTY) {
    throw new UsageError('There are no events to put: name a file, give --payload, or send them through a pipe.');
  }
  return parseEvents(await readText(file), file ?? 'standard input');
}

async function readText(file: string | undefined): Promise<string> {
  try {
    return await text(file === undefined || file === '-' ? process.stdin : createReadStream(file));
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new CliError(`${file ?? 'Standard input'} cannot be read (${code}).`, { cause: error });
  }
}
