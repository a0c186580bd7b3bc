import type { Command } from 'commander';
import type { BusEvent } from '#shared/ports/event-bus.ts';
import type { CliContext } from '../context.ts';
import { UnreachableError, UsageError } from '../errors.ts';
import { isPassing, Mesh, parseMessage } from '../mesh/mesh.ts';
import { RETRY_AFTER_MS } from '../mesh/patience.ts';
import type { SseMessage } from '../mesh/sse.ts';
import type { GlobalOptions } from '../mesh/target.ts';
import { examples } from '../options.ts';
import { eventLine } from '../print/event.ts';

interface TailOptions extends GlobalOptions {
  readonly pattern?: string;
  readonly after?: string;
  readonly follow: boolean;
  readonly limit?: string;
  readonly json?: true;
}

/** The newest events are searched from the end of the archive, first among this many. */
const FIRST_SEARCH = 100;

const help = `
Examples:
  npx starling events tail
  npx starling events tail --no-follow --limit 10
  npx starling events tail --pattern '{"detail-type": ["TaskStatusChanged.v1"]}'
  npx starling events tail --after 0 --no-follow --json > events.jsonl`;

export function addTail(events: Command, context: CliContext): void {
  events
    .command('tail')
    .description('Prints every event when it comes, until Ctrl-C. Survives a restart of the mesh.')
    .option('--pattern <json>', 'print only events that match this EventBridge pattern')
    .option('--after <position>', 'begin after this position of the archive; 0 for all events (default: now)')
    .option('--no-follow', 'print the events that are in the archive now, and end')
    .option('--limit <count>', 'end after this many events; with --no-follow and without --after: the newest events')
    .option('--json', 'print each event as JSON on a line')
    .addHelpText('after', examples(context, help))
    .action((_options: unknown, command: Command) => tail(command.optsWithGlobals<TailOptions>(), context));
}

async function tail(options: TailOptions, context: CliContext): Promise<void> {
  const limit = readLimit(options.limit);
  const { io } = context;
  const events = new Events(await Mesh.open(options, io), options, io.stopSignal());
  if (options.follow) return follow(events, limit, options, context);
  try {
    await printArchived(events, limit, options, context);
  } catch (error) {
    if (!events.signal.aborted) throw error;
  }
}

async function printArchived(
  events: Events,
  limit: number | undefined,
  options: TailOptions,
  context: CliContext,
): Promise<void> {
  const newest = limit !== undefined && options.after === undefined;
  const found = newest ? await events.newest(limit) : events.archived(options.after ?? '0');
  let printed = 0;
  for await (const message of found) {
    print(message, options, context);
    if (++printed === limit) break;
  }
  if (printed === 0) context.printer.note('There are no such events.');
}

async function follow(
  events: Events,
  limit: number | undefined,
  options: TailOptions,
  context: CliContext,
): Promise<void> {
  const { io, printer } = context;
  const { signal } = events;
  let lastEventId: string | undefined;
  let lost = false;
  let printed = 0;
  while (!signal.aborted) {
    try {
      const { position, messages } = await events.open({ after: options.after }, lastEventId);
      lastEventId ??= position;
      for await (const message of messages) {
        lastEventId = message.id;
        lost = false;
        print(message, options, context);
        if (++printed === limit) return;
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

function print({ data }: SseMessage, { json }: TailOptions, { printer }: CliContext): void {
  printer.print(json ? data : eventLine(printer, parseMessage(data) as BusEvent));
}

/** The events of the archive that match the pattern. */
class Events {
  readonly signal: AbortSignal;
  readonly #mesh: Mesh;
  readonly #pattern: string | undefined;

  constructor(mesh: Mesh, { pattern }: TailOptions, signal: AbortSignal) {
    this.#mesh = mesh;
    this.#pattern = pattern;
    this.signal = signal;
  }

  open(query: { readonly after?: string | undefined; readonly follow?: 'false' }, lastEventId?: string) {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries({ pattern: this.#pattern, ...query })) {
      if (value !== undefined) parameters.set(name, value);
    }
    return this.#mesh.stream(`/admin/events?${parameters}`, { lastEventId, signal: this.signal });
  }

  /** The events after a position, up to the newest. */
  async *archived(after: string): AsyncIterable<SseMessage> {
    const { messages } = await this.open({ after, follow: 'false' });
    yield* messages;
  }

  /**
   * The newest events in their order. The search doubles its way back until it has enough, or the beginning is reached. It
   * keeps positions only, because an event may be large.
   */
  async newest(count: number): Promise<AsyncIterable<SseMessage>> {
    const { position, messages } = await this.open({ follow: 'false' });
    for await (const _ of messages);
    const end = Number(position ?? 0);
    for (let back = Math.max(count, FIRST_SEARCH); ; back *= 2) {
      const after = Math.max(0, end - back);
      const found: number[] = [];
      for await (const { id } of this.archived(String(after))) found.push(Number(id));
      if (found.length < count && after > 0) continue;
      const first = found.at(-count) ?? found[0];
      return this.archived(String(first === undefined ? end : first - 1));
    }
  }
}

/** @throws UsageError */
function readLimit(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const limit = /^[0-9]{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= 1000) return limit;
  throw new UsageError('--limit takes a whole number from 1 to 1000.');
}
