import { runCommand } from './command.ts';
import { readTarget } from './read-target.ts';
import { removeStack } from './remove-stack.ts';
import { optionsOf, stackName } from './target.ts';

const help = `Removes a deployed mesh, in whatever state it is: the stack, and what its buckets hold. What the stage retains stays
(onRemoval in serverless.yml), and is named.

  --stage NAME     dev
  --region REGION  AWS_REGION, or that of the profile
  --help           this text`;

await runCommand({
  name: 'npm run remove --',
  help,
  async run(options) {
    const target = await readTarget(options, process.env);
    console.log(`Removing ${stackName(target)} from ${target.region}`);
    const retained = await removeStack(target);
    console.log(`${stackName(target)} is removed.`);
    if (retained.length > 0) {
      console.log(
        `\nRetained, and to be deleted by hand when nobody needs it:\n${retained.map((id) => `  ${id}`).join('\n')}`,
      );
      console.log(`\nA new deployment takes it over: npm run deploy -- ${optionsOf(target)} --take-over`);
    }
  },
});
