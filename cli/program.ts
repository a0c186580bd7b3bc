import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { addAgents } from './commands/agents.ts';
import { addBackup } from './commands/backup.ts';
import { addBindings } from './commands/bindings.ts';
import { addCall } from './commands/call.ts';
import { addEnv } from './commands/env.ts';
import { addEvents } from './commands/events.ts';
import { addRestore } from './commands/restore.ts';
import { addTasks } from './commands/tasks.ts';
import { addToken } from './commands/token.ts';
import { addWorker } from './commands/worker.ts';

/** All commands. Each adds itself in a file of its own. */
export function createProgram(): Command {
  const program = new Command('starling')
    .description('Calls the agents of a running mesh, and shows what happens in it.')
    .version(manifest.version)
    .option('--url <url>', 'where the mesh is (STARLING_URL; default http://127.0.0.1:4280)')
    .option('--data <folder>', 'the data folder of the mesh (STARLING_DATA; default .starling)')
    .option('--stage <stage>', 'the mesh deployed on AWS under this stage, with your own AWS credentials')
    .option('--region <region>', 'where it is deployed (AWS_REGION)')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  // Subcommands take over the settings above when they are made.
  addCall(program);
  addAgents(program);
  addTasks(program);
  addEvents(program);
  addToken(program);
  addEnv(program);
  addWorker(program);
  addBindings(program);
  addBackup(program);
  addRestore(program);
  return program;
}
