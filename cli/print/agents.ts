import type { AdminAgent, AdminAgents } from '#shared/admin/schemas.ts';
import type { Printer } from './printer.ts';
import { oneLine } from './text.ts';

export function printAgents(printer: Printer, { agents }: AdminAgents): void {
  if (agents.length === 0) {
    printer.note('There are no agents.');
    return;
  }
  printer.table(
    ['AGENT', 'VERSION', 'SKILLS', 'DESCRIPTION'],
    agents.map(({ id, version, skills, description }) => [
      printer.styled('bold', id),
      version,
      skills.map((skill) => skill.id).join(', '),
      description,
    ]),
  );
}

export function printAgent(printer: Printer, agent: AdminAgent): void {
  printer.facts({
    agent: agent.id,
    name: oneLine(agent.name),
    version: oneLine(agent.version),
    does: oneLine(agent.description),
    public: agent.public ? 'yes: anyone may read its card' : 'no',
    deadline: `${agent.deadline} s for a task`,
    updated: printer.time(agent.updatedAt),
  });
  printer.print('');
  printer.table(
    ['SKILL', 'NAME', 'DESCRIPTION'],
    agent.skills.map(({ id, name, description }) => [printer.styled('bold', id), name, description]),
  );
  for (const { id, input, output } of agent.skills) {
    printSchema(printer, `Params of ${id}`, input);
    printSchema(printer, `Result of ${id}`, output);
  }
}

function printSchema(printer: Printer, title: string, schema: object | undefined): void {
  if (schema === undefined) return;
  printer.print('');
  printer.print(`${title} (JSON Schema):`);
  printer.json(schema);
}
