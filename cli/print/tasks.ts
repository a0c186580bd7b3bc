import type { AdminFailedAttempt, AdminLogEntry, AdminTask, AdminTasks } from '#shared/admin/schemas.ts';
import { partsText } from './parts.ts';
import type { Printer } from './printer.ts';
import { oneLine } from './text.ts';

export function printTasks(printer: Printer, { tasks, next }: AdminTasks): void {
  if (tasks.length === 0) {
    printer.note('There are no such tasks.');
    return;
  }
  printer.table(
    ['TASK', 'AGENT', 'STATE', 'CREATED', 'ATTEMPT', 'OWNER'],
    tasks.map(({ id, agentId, state, createdAt, attempt, owner }) => [
      id,
      agentId,
      printer.state(state),
      printer.time(createdAt),
      String(attempt),
      owner,
    ]),
  );
  if (next !== undefined) printer.note(`There are more: add --cursor ${next}`);
}

export function printTask(printer: Printer, { task, record, log, failedAttempts = [] }: AdminTask): void {
  printer.facts({
    task: record.id,
    agent: record.agentId,
    state: `${printer.state(record.state)} since ${printer.time(record.statusAt)}`,
    owner: oneLine(record.owner),
    context: oneLine(record.contextId),
    created: printer.time(record.createdAt),
    deadline: printer.time(record.deadline),
    attempt: `${record.attempt} of turn ${record.turn}`,
  });
  for (const { artifactId, parts } of task.artifacts ?? []) {
    printer.print(`\n${printer.dim(`artifact ${oneLine(artifactId)}`)}\n${partsText(parts)}`);
  }
  const { message } = task.status;
  if (message) printer.print(`\n${printer.dim('the agent says')}\n${partsText(message.parts)}`);
  printer.print('');
  const rows = log.map((entry) => logRow(printer, entry));
  printer.table(['#', 'ENTRY', 'TURN', 'ATTEMPT', '', 'AT'], rows);
  for (const failed of failedAttempts) printFailedAttempt(printer, failed);
}

function printFailedAttempt(printer: Printer, { turn, attempt, final, failedAt, cause }: AdminFailedAttempt): void {
  const title = `attempt ${attempt} of turn ${turn} failed at ${printer.time(failedAt)}${final ? ', and no other followed' : ''}`;
  printer.print(`\n${printer.dim(title)}\n${cause.details ?? `${cause.name}: ${cause.message}`}`);
}

function logRow(printer: Printer, { position, kind, turn, attempt, state, artifactId, at }: AdminLogEntry): string[] {
  const what = state ? printer.state(state) : (artifactId ?? '');
  return [String(position), kind, String(turn), String(attempt), what, at === undefined ? '' : printer.time(at)];
}
