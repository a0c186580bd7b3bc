import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { addAgents } from './commands/agents.ts';
import { addBackup } from './commands/backup.ts';
import { addBindings } from './commands/bindings.ts';
import { addCall } from './commands/call.ts';
import { addCompletion } from './commands/completion.ts';
import { addEnv } from './commands/env.ts';
import { addEvents } from './commands/events.ts';
import { addRestore } from './commands/restore.ts';
import { addTasks } from './commands/tasks.ts';
import { addToken } from './commands/token.ts';
import { addWorker } from './commands/worker.ts';
import type { CliContext } from './context.ts';
import { commandTarget } from './mesh/target.ts';
import { collect } from './options.ts';

/** All commands. Each command is a file that adds itself. */
export function createProgram(context: CliContext): Command {
  const { io, printer } = context;
  const program = new Command('starling')
    .description('Calls the agents of a running mesh and shows what happens in it.')
    .version(manifest.version)
    .option('--url <url>', 'the address of the mesh (STARLING_URL; default http://127.0.0.1:4280)')
    .option('--data <folder>', 'the data folder of the mesh (STARLING_DATA; default .starling)', collect)
    .option('--stage <stage>', 'use the mesh that is deployed on AWS under this stage, with your AWS credentials')
    .option('--region <region>', 'the AWS region of that mesh (AWS_REGION)')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => printer.write(text),
      // With --json, run() reports the mistake as JSON.
      writeErr: (text) => void (printer.isJson || io.stderr.write(text)),
      getOutHelpWidth: () => (io.stdout.isTTY ? io.stdout.columns : undefined) ?? 80,
      getErrHelpWidth: () => (io.stderr.isTTY ? io.stderr.columns : undefined) ?? 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .hook('preAction', (_program, action) => {
      printer.commands = printer.commands.with(commandTarget(action.optsWithGlobals(), io));
    })
    .exitOverride();
  // A subcommand inherits the settings above when it is added, so they come first.
  addCall(program, context);
  addAgents(program, context);
  addTasks(program, context);
  addEvents(program, context);
  addToken(program, context);
  addEnv(program, context);
  addWorker(program, context);
  addBindings(program, context);
  addBackup(program, context);
  addRestore(program, context);
  addCompletion(program, context);
  return program;
}
