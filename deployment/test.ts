import path from 'node:path';
import { findDeployment } from '#deployment/deployed/deployment.ts';
import { ConfigurationError } from '#shared/errors.ts';
import { runCommand } from './command.ts';
import { readTarget } from './read-target.ts';
import { runProgram } from './run-program.ts';
import { optionsOf, type Target } from './target.ts';
import { testOnEmulator } from './test-on-emulator.ts';

const root = path.resolve(import.meta.dirname, '..');

/** The tests give up long before. A larger patience makes their waits longer. */
const timeoutMs = 60 * 60_000;

const help = `Tests the mesh on AWS.

Without --stage, the tests run on an emulator: the one at AWS_ENDPOINT_URL, or one that the command installs in .venv (needs
Python 3.10) and starts. The command deploys the mesh with agents that misbehave on purpose. It runs the contract suites of all
adapters, and the end-to-end cases through the deployed API. Then it removes the stack.

With --stage, the end-to-end cases run against the stage that \`npm run deploy -- --stage NAME\` deployed to your account. The
cases about misbehaving agents run only if the stage was deployed with --test-agents.

  --stage NAME     a deployed stage
  --region REGION  AWS_REGION, or that of the profile
  --help           this text

STARLING_TEST_PATIENCE=3 makes all waits three times as long, for a slow machine or a distant region.`;

await runCommand({
  name: 'npm run test:aws --',
  help,
  async run(options) {
    const { stage, region } = options;
    if (stage !== undefined) return testStage(await readTarget(options, process.env));
    if (region !== undefined) throw new ConfigurationError('--region needs --stage: an emulator has one region.');
    await testOnEmulator((target) => runSuites(target, ['test/aws']));
  },
});

async function testStage(target: Target): Promise<void> {
  const { url } = await findDeployment(target);
  console.log(`Testing ${url}`);
  await runSuites(target, ['test/aws/e2e']);
}

async function runSuites(target: Target, folders: readonly string[]): Promise<void> {
  const { code } = await runProgram(
    path.join(root, 'node_modules/vitest/vitest.mjs'),
    ['run', '--config', 'vitest.aws.config.ts', ...folders],
    {
      cwd: root,
      env: { ...process.env, AWS_REGION: target.region, STARLING_TEST_STAGE: target.stage },
      timeout: timeoutMs,
    },
  );
  if (code !== 0)
    throw new ConfigurationError(`Tests failed on the stage of ${optionsOf(target)}. The failures are above.`);
}
