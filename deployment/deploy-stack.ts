import path from 'node:path';
import { type Deployment, findDeployment } from '#deployment/deployed/deployment.ts';
import { bucketOf, emulatorParameters } from '#deployment/emulator/parameters.ts';
import { apiGatewayParameters } from '#deployment/stack/api-gateway-account.ts';
import { adviceAfterFailure } from '#deployment/stack/failure.ts';
import { checkBucket, checkDeployable } from '#deployment/stack/preflight.ts';
import { protectStack } from '#deployment/stack/protection.ts';
import { retainQueuePolicies } from '#deployment/stack/retain-queue-policies.ts';
import { stackState } from '#deployment/stack/status.ts';
import { takeOverRetained } from '#deployment/stack/taken-over/take-over.ts';
import { ConfigurationError } from '#shared/errors.ts';
import { type Ended, runProgram } from './run-program.ts';
import { optionsOf, stackName, type Target } from './target.ts';
import { writeConfigWithTestAgents } from './test-agents.ts';

const root = path.resolve(import.meta.dirname, '..');

const timeoutsMs = { types: 5 * 60_000, package: 5 * 60_000, deploy: 60 * 60_000 };

export interface DeployOptions {
  /** `name=value`, for the parameters of serverless.yml. */
  readonly params: readonly string[];
  /** Whether to deploy the agents of test/fixtures/mesh too, which misbehave on purpose. */
  readonly testAgents: boolean;
  /** Whether to put resources that an earlier deployment has retained into the stack. */
  readonly takeOver?: boolean;
}

/**
 * Checks the types, packages the functions, and runs `serverless deploy`.
 *
 * @returns the outputs of the stack
 * @throws ConfigurationError that says what to do.
 */
export async function deployStack(target: Target, options: DeployOptions): Promise<Deployment> {
  await checkDeployable(target);
  const bucket = bucketOf(options.params);
  if (bucket !== undefined) await checkBucket(bucket, target);
  const params = [
    ...(await emulatorParameters(target)),
    ...(await apiGatewayParameters(target, options.params)),
    ...options.params,
  ];
  await checkTypes();

  const folder = path.join('build/aws', target.stage);
  const rest = [
    ...['--stage', target.stage, '--region', target.region, '--package', folder],
    ...params.flatMap((param) => ['--param', param]),
    ...(options.testAgents ? ['--config', writeConfigWithTestAgents(root)] : []),
  ];
  await packageFunctions(rest);
  await retainQueuePolicies(target, bucket);
  const { takeOver = false } = options;
  await takeOverRetained(target, { folder: path.join(root, folder), takeOver, bucket: bucketOf(params) });
  await deployPackage(rest, target);
  await protectStack(target, path.join(root, folder));
  return findDeployment(target);
}

async function checkTypes(): Promise<void> {
  console.log('\nChecking types');
  const { code } = await run('node_modules/typescript/bin/tsc', ['--noEmit'], timeoutsMs.types);
  if (code !== 0) throw new ConfigurationError('The type check failed. Correct the errors above, then deploy again.');
}

async function packageFunctions(rest: readonly string[]): Promise<void> {
  const { code } = await serverless('package', rest, timeoutsMs.package);
  if (code !== 0) throw new ConfigurationError('Packaging failed. The cause is above.');
}

async function deployPackage(rest: readonly string[], target: Target): Promise<void> {
  const { code, output } = await serverless('deploy', rest, timeoutsMs.deploy);
  if (code === 0) return;
  const advice = adviceAfterFailure(output, (await stackState(target))?.status, target);
  throw new ConfigurationError(
    `The deployment of ${stackName(target)} (${optionsOf(target)}) failed. The cause is above.\n${advice}`.trimEnd(),
  );
}

function serverless(command: string, args: readonly string[], timeout: number): Promise<Ended> {
  return run('node_modules/serverless/bin/serverless.js', [command, ...args], timeout);
}

function run(script: string, args: readonly string[], timeout: number): Promise<Ended> {
  return runProgram(path.join(root, script), args, { cwd: root, env: process.env, timeout });
}
