import type { Command } from 'commander';
import type { AdminAgent, AdminAgents } from '#shared/admin/schemas.ts';
import type { CliContext } from '../context.ts';
import { UsageError } from '../errors.ts';
import { Mesh } from '../mesh/mesh.ts';
import type { GlobalOptions } from '../mesh/target.ts';
import { examples } from '../options.ts';
import { printAgent, printAgents } from '../print/agents.ts';

interface AgentsOptions extends GlobalOptions {
  readonly json?: true;
}

const listHelp = `
Examples:
  npx starling agents
  npx starling agents list --json`;

const getHelp = `
Examples:
  npx starling agents get weather
  npx starling agents get weather --json`;

export function addAgents(program: Command, context: CliContext): void {
  const agents = program
    .command('agents')
    .description('Shows the agents of the mesh.')
    .addHelpText('after', examples(context, listHelp));
  agents
    .command('list', { isDefault: true })
    .description('Lists the agents. "agents" alone does the same.')
    .option('--json', 'print the agents as JSON')
    .addHelpText('after', examples(context, listHelp))
    .action((_options: unknown, command: Command) => list(command.optsWithGlobals<AgentsOptions>(), context));
  agents
    .command('get')
    .description('Shows one agent with its skills.')
    .argument('<id>', 'the id of the agent')
    .option('--json', 'print the agent as JSON')
    .addHelpText('after', examples(context, getHelp))
    .action((id: string, _options: unknown, command: Command) =>
      get(id, command.optsWithGlobals<AgentsOptions>(), context),
    );
}

async function list(options: AgentsOptions, { io, printer }: CliContext): Promise<void> {
  const answer = await (await Mesh.open(options, io)).get<AdminAgents>('/admin/agents');
  if (options.json) printer.json(answer);
  else printAgents(printer, answer);
}

async function get(id: string, options: AgentsOptions, { io, printer }: CliContext): Promise<void> {
  if (id === '') {
    throw new UsageError('The id is empty.', {
      advice: (commands) => `See the ids of agents with: ${commands.line('agents')}`,
    });
  }
  const answer = await (await Mesh.open(options, io)).get<AdminAgent>(`/admin/agents/${encodeURIComponent(id)}`);
  if (options.json) printer.json(answer);
  else printAgent(printer, answer);
}
