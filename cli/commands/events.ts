import type { Command } from 'commander';
import type { BusEvent } from '#shared/ports/event-bus.ts';
import type { CliContext } from '../context.ts';
import { UnreachableError } from '../errors.ts';
import { isPassing, Mesh, parseMessage } from '../mesh/mesh.ts';
import type { GlobalOptions } from '../mesh/target.ts';
import { RETRY_AFTER_MS } from '../mesh/task-stream.ts';
import { eventLine } from '../print/event.ts';
import { addPut } from './events-put.ts';
import { addQuarantine } from './events-quarantine.ts';

interface TailOptions extends GlobalOptions {
  readonly pattern?: string;
  readonly after?: string;
  readonly json?: true;
}

const examples = `
Examples:
  npx starling events tail
  npx starling events tail --pattern '{"detail-type": ["TaskStatusChanged.v1"]}'
  npx starling events tail --after 0 --json > events.jsonl`;

export function addEvents(program: Command, context: CliContext): void {
  const events = program
    .command('events')
    .description('Shows the events of the mesh, and puts your own events on its bus.');
  addPut(events, context);
  addQuarantine(events, context);
  events
    .command('tail')
    .description('Prints every event when it comes, until Ctrl-C. Survives a restart of the mesh.')
    .option('--pattern <json>', 'print only events that match this EventBridge pattern')
    .option('--after <position>', 'begin after this position of the archive; 0 for all events (default: now)')
    .option('--json', 'print each event as JSON on a line')
    .addHelpText('after', examples)
    .action((_options: unknown, command: Command) => tail(command.optsWithGlobals<TailOptions>(), context));
}

async function tail(options: TailOptions, { io, printer }: CliContext): Promise<void> {
  const signal = io.stopSignal();
  const mesh = await Mesh.open(options, io);
  const query = new URLSearchParams();
  if (options.pattern !== undefined) query.set('pattern', options.pattern);
  if (options.after !== undefined) query.set('after', options.after);
  let lastEventId: string | undefined;
  let lost = false;
  while (!signal.aborted) {
    try {
      const { position, messages } = await mesh.stream(`/admin/events?${query}`, { lastEventId, signal });
      lastEventId ??= position;
      for await (const { id, data } of messages) {
        lastEventId = id;
        lost = false;
        printer.print(options.json ? data : eventLine(printer, parseMessage(data) as BusEvent));
      }
    } catch (error) {
      if (signal.aborted) return;
      const hadBegun = lastEventId !== undefined;
      if (!hadBegun || !(error instanceof UnreachableError || isPassing(error))) throw error;
    }
    if (signal.aborted) return;
    if (!lost) printer.note('The mesh no longer answers. Waiting until it is back. Press Ctrl-C to stop.');
    lost = true;
    await io.sleep(RETRY_AFTER_MS, signal);
  }
}
