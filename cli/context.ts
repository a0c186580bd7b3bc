import type { Io } from './io.ts';
import { Printer } from './print/printer.ts';

/** What each command gets. */
export interface CliContext {
  readonly io: Io;
  readonly printer: Printer;
}

export function createContext(io: Io): CliContext {
  return { io, printer: new Printer(io) };
}
