import type { Command } from 'commander';
import type { AdminAgents } from '#shared/admin/schemas.ts';
import type { CliContext } from '../context.ts';
import { Mesh } from '../mesh/mesh.ts';
import type { GlobalOptions } from '../mesh/target.ts';
import type { Printer } from '../print/printer.ts';

interface AgentsOptions extends GlobalOptions {
  readonly json?: true;
}

const examples = `
Examples:
  npx starling agents
  npx starling agents --json`;

export function addAgents(program: Command, { io, printer }: CliContext): void {
  program
    .command('agents')
    .description('Lists the agents of the mesh.')
    .option('--json', 'print the agents as JSON')
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<AgentsOptions>();
      const answer = await (await Mesh.open(options, io)).get<AdminAgents>('/admin/agents');
      if (options.json) printer.json(answer);
      else printAgents(printer, answer);
    });
}

function printAgents(printer: Printer, { agents }: AdminAgents): void {
  if (agents.length === 0) {
    printer.print('There are no agents.');
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
