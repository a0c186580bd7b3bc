import type { Command } from 'commander';
import type { BusEvent } from '#shared/ports/event-bus.ts';
import { UnreachableError } from '../errors.ts';
import { isPassing, Mesh } from '../mesh/mesh.ts';
import { pause } from '../mesh/pause.ts';
import { type GlobalOptions, readTarget } from '../mesh/target.ts';
import { eventLine } from '../print/event.ts';
import { note, print } from '../print/output.ts';
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

export function addEvents(program: Command): void {
  const events = program.command('events').description('Shows the events of the mesh, and puts your own on its bus.');
  addPut(events);
  addQuarantine(events);
  events
    .command('tail')
    .description('Prints every event as it passes, until Ctrl-C; goes on when the mesh was restarted.')
    .option('--pattern <json>', 'only events that match this EventBridge pattern')
    .option('--after <position>', 'begin behind this position of the archive, 0 for all (default: now)')
    .option('--json', 'print each event as JSON on a line')
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const stop = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
      const options = command.optsWithGlobals<TailOptions>();
      await tail(new Mesh(await readTarget(options)), options, stop.signal);
    });
}

async function tail(mesh: Mesh, options: TailOptions, signal: AbortSignal): Promise<void> {
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
        print(options.json ? data : eventLine(JSON.parse(data) as BusEvent));
      }
    } catch (error) {
      if (signal.aborted) return;
      const hadBegun = lastEventId !== undefined;
      if (!hadBegun || !(error instanceof UnreachableError || isPassing(error))) throw error;
    }
    if (signal.aborted) return;
    if (!lost) note('The mesh has gone. Waiting for it to come back; Ctrl-C ends this.');
    lost = true;
    await pause(signal);
  }
}
