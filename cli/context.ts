import { CommandLines } from '#shared/command-line.ts';
import type { Io } from './io.ts';
import { Printer } from './print/printer.ts';

/** The context of each command. */
export interface CliContext {
  readonly io: Io;
  readonly printer: Printer;
}

/** @param options `json`: the person asks for JSON, also of errors */
export function createContext(io: Io, options: { readonly json: boolean }): CliContext {
  const shell = { cwd: io.cwd ?? process.cwd(), path: io.env.PATH };
  return { io, printer: new Printer(io, { ...options, commands: new CommandLines(shell) }) };
}
