import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { PutEventAnswer, PutEventsAnswer } from '#shared/events/put-answers.ts';
import type { CliContext } from '../context.ts';
import { CliError, UsageError } from '../errors.ts';
import { readText, STDIN } from '../input.ts';
import type { Io } from '../io.ts';
import { batchesOf, parseEvents, parseValue } from '../mesh/events.ts';
import { Mesh } from '../mesh/mesh.ts';
import type { GlobalOptions } from '../mesh/target.ts';
import { examples } from '../options.ts';
import type { Printer } from '../print/printer.ts';
import { oneLine } from '../print/text.ts';

interface PutOptions extends GlobalOptions {
  readonly source?: string;
  readonly type?: string;
  readonly subject?: string;
  readonly id?: string;
  readonly payload?: string;
  readonly json?: true;
}

const help = `
Examples:
  npx starling events put --source com.example.shop --type OrderPlaced.v1 --payload '{"orderId": 7}'
  npx starling events put events.jsonl
  echo '{"data": {"orderId": 8}}' | npx starling events put --source com.example.shop --type OrderPlaced.v1

It prints the id of each event that was put. The exit code is 1, with the reasons on stderr, when the mesh refused an event
or quarantined it. The other events are put all the same.`;

export function addPut(events: Command, context: CliContext): void {
  events
    .command('put')
    .description('Puts CloudEvents on the bus: one event, a JSON array of events, or one event on each line.')
    .argument('[file]', 'the file with the events; - or no file: standard input')
    .option('--source <source>', 'the source of events that name none, such as com.example.shop')
    .option('--type <type>', 'the detail-type of events that name none, such as OrderPlaced.v1')
    .option('--subject <subject>', 'the subject of events that name none')
    .option('--payload <json>', 'put one event with this data, and read no input')
    .option('--id <id>', 'the id of that event (default: a new one)')
    .option('--json', "print the mesh's answer for each event as JSON on a line")
    .addHelpText('after', examples(context, help))
    .action((file: string | undefined, _options: unknown, command: Command) =>
      put(file, command.optsWithGlobals<PutOptions>(), context),
    );
}

async function put(file: string | undefined, options: PutOptions, { io, printer }: CliContext): Promise<void> {
  const { source, type, subject } = options;
  const given = { ...(source && { source }), ...(type && { type }), ...(subject && { subject }) };
  const events = (await readEvents(file, options, io)).map((event) => ({
    specversion: '1.0',
    id: randomUUID(),
    ...given,
    ...event,
  }));
  const mesh = await Mesh.open(options, io);
  let failed = 0;
  for (const batch of batchesOf(events)) {
    const answers = await mesh.post<PutEventsAnswer>('/events', batch, 'application/cloudevents-batch+json');
    for (const answer of answers.events) {
      if (options.json) printer.print(JSON.stringify(answer));
      if (!report(printer, answer, options.json === true)) failed++;
    }
  }
  if (failed > 0)
    throw new CliError('EVENTS_NOT_DELIVERED', `${failed} of ${events.length} events were not delivered.`);
}

/** Prints what happened to an event. Returns whether the event was delivered. */
function report(printer: Printer, answer: PutEventAnswer, quiet: boolean): boolean {
  if ('error' in answer) {
    printer.note(`${oneLine(answer.id ?? '(no id)')}: ${answer.error.code}: ${answer.error.message}`);
    return false;
  }
  if (!quiet) printer.print(answer.id);
  if (answer.quarantined === undefined) return true;
  printer.note(`${oneLine(answer.id)}: quarantined, not delivered: ${answer.quarantined}`);
  return false;
}

async function readEvents(file: string | undefined, { payload, id }: PutOptions, io: Io): Promise<readonly object[]> {
  if (payload !== undefined) {
    if (file !== undefined)
      throw new UsageError('--payload is an event of its own. Give --payload or a file, not both.');
    return [{ ...(id !== undefined && { id }), data: parseValue(payload, '--payload') }];
  }
  if (id !== undefined) throw new UsageError('--id needs --payload. Events that are read carry their own ids.');
  if (file === undefined && io.stdin.isTTY) {
    throw new UsageError('There are no events to put. Name a file, give --payload, or send events through a pipe.');
  }
  return parseEvents(await readText(file ?? STDIN, io), file ?? 'standard input');
}
