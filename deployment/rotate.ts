import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { findDeployment } from '#deployment/deployed/deployment.ts';
import { ConfigurationError } from '#shared/errors.ts';
import { runCommand } from './command.ts';
import { readTarget } from './read-target.ts';
import { addSecret, deleteOlderSecret } from './rotate-secret.ts';
import { optionsOf } from './target.ts';

const help = `Rotates the secret of a client of a stage, in two steps. Between them, both secrets work.

The first step prints a new secret, and nothing else, to standard output. Give it to the application. Then --finish deletes
the older secret.

  --stage NAME     dev
  --region REGION  AWS_REGION, or that of the profile
  --client ID      the example client
  --finish         the second step
  --help           this text`;

await runCommand({
  name: 'npm run rotate --',
  kind: 'rotate',
  help,
  async run(options) {
    const target = await readTarget(options, process.env);
    const deployment = await findDeployment(target);
    const clientId = options.client ?? deployment.clientId;
    if (clientId === undefined) {
      throw new ConfigurationError(`The stage ${target.stage} has no example client. Name a client: --client ID.`);
    }
    const client = { userPoolId: deployment.userPoolId, clientId };
    const cognito = new CognitoIdentityProviderClient({ region: target.region });
    try {
      if (options.finish) {
        const createdAt = await deleteOlderSecret(cognito, client);
        console.error(`The secret of ${createdAt.toISOString()} of the client ${clientId} is deleted.`);
        return;
      }
      const secret = await addSecret(cognito, client);
      console.error(`The client ${clientId} has this second secret, which is shown only once:`);
      console.log(secret);
      console.error(
        `Both secrets work. When the application uses the new one: npm run rotate -- ${optionsOf(target)} --client ${clientId} --finish`,
      );
    } finally {
      cognito.destroy();
    }
  },
});
