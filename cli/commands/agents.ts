import type { Command } from 'commander';
import type { AdminAgents } from '#shared/admin/types.ts';
import { Mesh } from '../mesh/mesh.ts';
import { type GlobalOptions, readTarget } from '../mesh/target.ts';
import { print, printJson } from '../print/output.ts';
import { printTable } from '../print/table.ts';
import { oneLine, styled } from '../print/text.ts';

interface AgentsOptions extends GlobalOptions {
  readonly json?: true;
}

const examples = `
Examples:
  npx starling agents
  npx starling agents --json`;

export function addAgents(program: Command): void {
  program
    .command('agents')
    .description('Lists the agents of the mesh.')
    .option('--json', 'print them as JSON')
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<AgentsOptions>();
      const answer = await new Mesh(await readTarget(options)).get<AdminAgents>('/admin/agents');
      if (options.json) printJson(answer);
      else printAgents(answer);
    });
}

function printAgents({ agents }: AdminAgents): void {
  if (agents.length === 0) {
    print('There are no agents.');
    return;
  }
  printTable(
    ['AGENT', 'VERSION', 'SKILLS', 'DESCRIPTION'],
    agents.map(({ id, version, skills, description }) => [
      styled('bold', id),
      oneLine(version),
      skills.map((skill) => oneLine(skill.id)).join(', '),
      oneLine(description),
    ]),
  );
}
