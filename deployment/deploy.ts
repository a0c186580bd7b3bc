import { CommandLines, shellOf } from '#shared/command-line.ts';
import { runCommand } from './command.ts';
import { deployStack } from './deploy-stack.ts';
import { readTarget } from './read-target.ts';
import { optionsOf } from './target.ts';

const help = `Deploys the mesh to the AWS account of your credentials: type check, packaging, serverless deploy.

  --stage NAME        dev
  --region REGION     AWS_REGION, or that of the profile
  --param NAME=VALUE  a parameter of serverless.yml, as often as needed: --param alarmEmail=me@example.com
  --test-agents       also the agents that \`npm run test:aws -- --stage NAME\` tests failures with
  --take-over         with all resources that an earlier deployment of the stage has retained
  --help              this text`;

await runCommand({
  name: 'npm run deploy --',
  kind: 'deploy',
  help,
  async run(options) {
    const target = await readTarget(options, process.env);
    const { url, tokenUrl, clientId } = await deployStack(target, options);
    const commands = new CommandLines(shellOf(process.env, process.cwd()), { kind: 'aws', ...target });
    console.log(`
Starling is deployed: ${target.stage} in ${target.region}

  gateway         ${url}
  token endpoint  ${tokenUrl}
  client id       ${clientId ?? 'none (exampleClient). "Clients" in docs/deploy.md tells how to create one'}

Try it:

  ${commands.line('call', 'calculator', '(3 + 4) * 5 - 2^3')}
  npm run test:aws -- ${optionsOf(target)}

and to take it away again:

  npm run remove -- ${optionsOf(target)}`);
  },
});
