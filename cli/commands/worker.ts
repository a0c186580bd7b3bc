import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { WorkerOptions } from '../../services/worker/settings.ts';
import type { Environment } from '../../shared/runtime/environment.ts';
import { UsageError } from '../errors.ts';
import type { GlobalOptions } from '../target.ts';

interface WorkerCommandOptions extends GlobalOptions, WorkerOptions {
  readonly config?: string;
}

const examples = `
Examples:
  AWS_REGION=eu-west-1 STARLING_BLOBS=… npx starling worker researcher --stage dev
  npx starling worker researcher --stage dev --concurrency 4 --drain 110

It takes from the function's queue, or reads its stream, in place of Lambda, until SIGTERM. GET /health answers 200, and
503 from the signal on. Each option but --config has a variable: see docs/workers.md.`;

export function addWorker(program: Command): void {
  program
    .command('worker')
    .description('Runs a function of a mesh on AWS here, for as long as its tasks take.')
    .argument('<function>', "the function's name in serverless.yml")
    .option('--concurrency <n>', 'invocations at the same time (default: the concurrency in serverless.yml)')
    .option('--timeout <seconds>', "of one attempt (default: an agent's deadline)")
    .option('--port <port>', 'of the health endpoint (STARLING_PORT; default 4280)')
    .option('--drain <seconds>', 'that what runs may go on after SIGTERM (default 25)')
    .option('--config <file>', 'the file that wires the functions (STARLING_CONFIG; default serverless.yml)')
    .addHelpText('after', examples)
    .action(async (name: string, _options: unknown, command: Command) => {
      await work(name, command.optsWithGlobals<WorkerCommandOptions>());
    });
}

async function work(name: string, options: WorkerCommandOptions): Promise<void> {
  // Other commands should not wait until the AWS SDK is loaded.
  const [{ readWiring }, { findFunction }, { readWorkerSettings }, { runWorker }] = await Promise.all([
    import('../../services/standalone/wiring/index.ts'),
    import('../../services/worker/worker-function.ts'),
    import('../../services/worker/settings.ts'),
    import('../../services/worker/main.ts'),
  ]);
  const { stage = process.env.STARLING_STAGE, region = process.env.AWS_REGION } = options;
  if (!stage) {
    throw new UsageError('A worker belongs to a mesh on AWS: say which with --stage, or set STARLING_STAGE.');
  }
  const env: Environment = { ...process.env, STARLING_STAGE: stage, AWS_REGION: region };
  const settings = readWorkerSettings(env, options);
  const wiring = readWiring(options.config ?? (env.STARLING_CONFIG || 'serverless.yml'), { stage, env });
  const wired = findFunction(wiring.functions, name, wiring.file);
  await runWorker({ wired, stage, settings, env, id: randomUUID() });
}
