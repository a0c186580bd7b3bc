import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { addPut } from './events-put.ts';
import { addQuarantine } from './events-quarantine.ts';
import { addTail } from './events-tail.ts';

export function addEvents(program: Command, context: CliContext): void {
  const events = program
    .command('events')
    .description('Shows the events of the mesh, and puts your own events on its bus.');
  addPut(events, context);
  addQuarantine(events, context);
  addTail(events, context);
}
