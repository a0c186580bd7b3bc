import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { type Environment, text } from '#hosts/runtimes/environment.ts';
import type { WorkerOptions } from '#hosts/worker/settings.ts';
import type { CliContext } from '../context.ts';
import { UsageError } from '../errors.ts';
import { pathFrom } from '../io.ts';
import { type GlobalOptions, readStage } from '../mesh/target.ts';
import { examples } from '../options.ts';

interface WorkerCommandOptions extends GlobalOptions, WorkerOptions {
  readonly config?: string;
}

const help = `
Examples:
  npx starling worker researcher --stage dev --region eu-west-1
  npx starling worker researcher --stage dev --concurrency 4 --drain 110

It receives from the queue of the function, or reads its stream, in place of Lambda. It runs until SIGTERM. Its health
endpoint answers 200, and 503 after the signal. docs/workers.md has the environment variable of each option.`;

export function addWorker(program: Command, context: CliContext): void {
  program
    .command('worker')
    .description('Runs a function of a mesh on AWS on this machine, for tasks that take longer than Lambda allows.')
    .argument('<function>', 'the name of the function in serverless.yml')
    .option('--concurrency <n>', 'the number of invocations at a time (default: the concurrency in serverless.yml)')
    .option('--timeout <seconds>', 'the time limit of one attempt (default: the deadline of the agent)')
    .option('--port <port>', 'the port of the health endpoint (STARLING_PORT; default 4280)')
    .option('--drain <seconds>', 'how long running invocations may continue after SIGTERM (default 25)')
    .option('--config <file>', 'the file that wires the functions (STARLING_CONFIG; default serverless.yml)')
    .addHelpText('after', examples(context, help))
    .action(async (name: string, _options: unknown, command: Command) => {
      await work(name, command.optsWithGlobals<WorkerCommandOptions>(), context);
    });
}

async function work(name: string, options: WorkerCommandOptions, { io }: CliContext): Promise<void> {
  // Other commands do not wait until the AWS SDK is loaded.
  const [{ readWiring }, { findFunction }, { readWorkerSettings }, { runWorker }] = await Promise.all([
    import('#wiring/index.ts'),
    import('#hosts/worker/worker-function.ts'),
    import('#hosts/worker/settings.ts'),
    import('#hosts/worker/main.ts'),
  ]);
  const env = await environment(options, io.env);
  const { STARLING_STAGE: stage } = env;
  const settings = readWorkerSettings(env, options);
  const config = options.config ?? text(env, 'STARLING_CONFIG') ?? 'serverless.yml';
  const wiring = readWiring(pathFrom(io, config), { stage, env });
  const wired = findFunction(wiring.functions, name, wiring.file);
  await runWorker({ wired, stage, settings, env, id: randomUUID() });
}

/**
 * The environment that the function has on Lambda. A container of the stack has these variables too; on another machine they
 * come from the stack.
 */
async function environment(
  options: WorkerCommandOptions,
  env: Environment,
): Promise<Environment & { STARLING_STAGE: string }> {
  const region = options.region?.trim();
  const name = readStage(options) ?? text(env, 'STARLING_STAGE');
  if (name === undefined) {
    throw new UsageError('A worker needs a mesh on AWS. Name its stage with --stage or STARLING_STAGE.');
  }
  if (text(env, 'STARLING_BLOBS') !== undefined)
    return { ...env, STARLING_STAGE: name, AWS_REGION: region ?? env.AWS_REGION };
  const { findDeployment } = await import('#deployment/deployed/deployment.ts');
  const deployment = await findDeployment({ stage: name, region });
  return {
    STARLING_BLOBS: deployment.blobs,
    STARLING_ISSUER: deployment.issuer,
    STARLING_PUBLIC_URL: deployment.url,
    STARLING_TOKEN_URL: deployment.tokenUrl,
    ...env,
    STARLING_STAGE: name,
    AWS_REGION: deployment.region,
  };
}
