import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { Environment } from '#hosts/runtimes/environment.ts';
import type { WorkerOptions } from '#hosts/worker/settings.ts';
import { UsageError } from '../errors.ts';
import type { GlobalOptions } from '../mesh/target.ts';

interface WorkerCommandOptions extends GlobalOptions, WorkerOptions {
  readonly config?: string;
}

const examples = `
Examples:
  npx starling worker researcher --stage dev --region eu-west-1
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
    import('#wiring/index.ts'),
    import('#hosts/worker/worker-function.ts'),
    import('#hosts/worker/settings.ts'),
    import('#hosts/worker/main.ts'),
  ]);
  const env = await environment(options);
  const { STARLING_STAGE: stage } = env;
  const settings = readWorkerSettings(env, options);
  const wiring = readWiring(options.config ?? (env.STARLING_CONFIG || 'serverless.yml'), { stage, env });
  const wired = findFunction(wiring.functions, name, wiring.file);
  await runWorker({ wired, stage, settings, env, id: randomUUID() });
}

/** What the function's Lambda has in its environment. A container has it, too; on another machine the stack is asked. */
async function environment({ stage, region }: WorkerCommandOptions): Promise<Environment & { STARLING_STAGE: string }> {
  const { STARLING_STAGE: own, AWS_REGION: ownRegion, STARLING_BLOBS: deployed } = process.env;
  const name = stage ?? own;
  if (!name) {
    throw new UsageError('A worker belongs to a mesh on AWS: say which with --stage, or set STARLING_STAGE.');
  }
  if (deployed) return { ...process.env, STARLING_STAGE: name, AWS_REGION: region ?? ownRegion };
  const { findDeployment } = await import('#deployment/deployed/deployment.ts');
  const deployment = await findDeployment({ stage: name, region });
  return {
    STARLING_BLOBS: deployment.blobs,
    STARLING_ISSUER: deployment.issuer,
    STARLING_PUBLIC_URL: deployment.url,
    STARLING_TOKEN_URL: deployment.tokenUrl,
    ...process.env,
    STARLING_STAGE: name,
    AWS_REGION: deployment.region,
  };
}
