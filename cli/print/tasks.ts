import type { AdminLogEntry, AdminTask, AdminTasks } from '#shared/admin/types.ts';
import { note, print } from './output.ts';
import { partsText } from './parts.ts';
import { printTable } from './table.ts';
import { colouredState, dim, localTime, oneLine } from './text.ts';

export function printTasks({ tasks, next }: AdminTasks): void {
  if (tasks.length === 0) {
    print('There are no such tasks.');
    return;
  }
  printTable(
    ['TASK', 'AGENT', 'STATE', 'CREATED', 'ATTEMPT', 'OWNER'],
    tasks.map(({ id, agentId, state, createdAt, attempt, owner }) => [
      id,
      agentId,
      colouredState(state),
      localTime(createdAt),
      String(attempt),
      oneLine(owner),
    ]),
  );
  if (next !== undefined) note(`There are more: add --cursor ${next}`);
}

export function printTask({ task, record, log }: AdminTask): void {
  const facts = {
    task: record.id,
    agent: record.agentId,
    state: `${colouredState(record.state)} since ${localTime(record.statusAt)}`,
    owner: oneLine(record.owner),
    context: oneLine(record.contextId),
    created: localTime(record.createdAt),
    deadline: localTime(record.deadline),
    attempt: `${record.attempt} of turn ${record.turn}`,
  };
  for (const [name, value] of Object.entries(facts)) print(`${dim(name.padEnd(9))} ${value}`);
  for (const { artifactId, parts } of task.artifacts ?? []) {
    print(`\n${dim(`artifact ${oneLine(artifactId)}`)}\n${partsText(parts)}`);
  }
  const { message } = task.status;
  if (message) print(`\n${dim('the agent says')}\n${partsText(message.parts)}`);
  print('');
  printTable(['#', 'ENTRY', 'TURN', 'ATTEMPT', '', 'AT'], log.map(logRow));
}

function logRow({ position, kind, turn, attempt, state, artifactId, at }: AdminLogEntry): string[] {
  const what = state ? colouredState(state) : oneLine(artifactId ?? '');
  return [String(position), kind, String(turn), String(attempt), what, at === undefined ? '' : localTime(at)];
}
