import { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import type { TaskState } from '#shared/a2a/types.ts';
import type { CommandLines } from '#shared/command-line.ts';
import type { Io } from '../io.ts';
import { tableLines } from './table.ts';
import { harmless, oneLine, stateName } from './text.ts';
import { LocalTimes } from './time.ts';

type Style = Parameters<typeof styleText>[0];

/**
 * All that commands print goes through here. On a terminal it takes the control characters out of the text, because text
 * of agents and producers is not to be trusted.
 */
export class Printer {
  /** Whether the person asked for JSON. Each line on stderr is then a JSON object. */
  readonly isJson: boolean;
  /** Composes the commands that messages name. */
  commands: CommandLines;
  readonly #io: Io;
  readonly #colours: boolean;
  readonly #times: LocalTimes;

  constructor(io: Io, options: { readonly json: boolean; readonly commands: CommandLines }) {
    this.#io = io;
    this.isJson = options.json;
    this.commands = options.commands;
    this.#colours = hasColours(io);
    this.#times = new LocalTimes(io.timeZone);
  }

  /** Writes text to stdout without a line end. */
  write(text: string): void {
    this.#io.stdout.write(harmless(text, this.#io.stdout));
  }

  /** Writes a line of the result to stdout. */
  print(line: string): void {
    this.write(`${line}\n`);
  }

  /** Writes a line to stderr: for people to know and for scripts to ignore. */
  note(line: string): void {
    this.#stderr(this.isJson ? JSON.stringify({ note: line }) : line);
  }

  /** Writes an error for scripts to stderr. */
  error(error: object): void {
    this.#stderr(JSON.stringify({ error }));
  }

  #stderr(line: string): void {
    this.#io.stderr.write(`${harmless(line, this.#io.stderr)}\n`);
  }

  /** Writes one document for `--json`. */
  json(value: unknown): void {
    this.print(JSON.stringify(value, undefined, 2));
  }

  /** Writes rows in columns under a heading. */
  table(heading: readonly string[], rows: readonly (readonly string[])[]): void {
    const [first = '', ...others] = tableLines([heading, ...rows.map((row) => row.map((cell) => this.cell(cell)))]);
    this.print(this.dim(first));
    for (const line of others) this.print(line);
  }

  /** Writes facts of one thing, each on a line behind its name. */
  facts(facts: Readonly<Record<string, string>>): void {
    const width = Math.max(...Object.keys(facts).map((name) => name.length));
    for (const [name, value] of Object.entries(facts)) this.print(`${this.dim(name.padEnd(width + 1))} ${value}`);
  }

  /** Text for a column, as it will be seen: on one line, and harmless where stdout is a terminal. */
  cell(text: string): string {
    return harmless(oneLine(text), this.#io.stdout);
  }

  /** Adds a style where stdout shows colours. */
  styled(style: Style, text: string): string {
    return this.#colours ? styleText(style, text, { validateStream: false }) : text;
  }

  dim(text: string): string {
    return this.styled('dim', text);
  }

  state(state: TaskState): string {
    return this.styled(stateColour(state), stateName(state));
  }

  /** `2026-11-21 09:10:00` */
  time(rfc3339: string): string {
    return this.#times.dateAndTime(rfc3339);
  }

  /** `09:10:00.123` */
  timeOfDay(rfc3339: string): string {
    return this.#times.timeOfDay(rfc3339);
  }
}

/** Follows NO_COLOR, FORCE_COLOR and TERM, as Node does. */
function hasColours({ stdout, env }: Io): boolean {
  if (!stdout.isTTY && env.FORCE_COLOR === undefined) return false;
  return WriteStream.prototype.getColorDepth(env) > 1;
}

function stateColour(state: TaskState): Style {
  switch (state) {
    case 'TASK_STATE_COMPLETED':
      return 'green';
    case 'TASK_STATE_FAILED':
    case 'TASK_STATE_REJECTED':
      return 'red';
    case 'TASK_STATE_CANCELED':
    case 'TASK_STATE_INPUT_REQUIRED':
    case 'TASK_STATE_AUTH_REQUIRED':
      return 'yellow';
    case 'TASK_STATE_SUBMITTED':
    case 'TASK_STATE_WORKING':
      return 'cyan';
    default:
      return state satisfies never;
  }
}
