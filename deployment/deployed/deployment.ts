import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CognitoIdentityProviderClient,
  DescribeUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { ConfigurationError, messageOf } from '#shared/errors.ts';
import { accessProblem, lookupError } from './access-problem.ts';

/** A mesh on AWS: the outputs of its stack. */
export interface Deployment {
  readonly stage: string;
  readonly region: string;
  readonly url: string;
  readonly tokenUrl: string;
  readonly bus: string;
  readonly artifactStream: string;
  readonly issuer: string;
  readonly blobs: string;
  readonly userPoolId: string;
  /** The example client, which may call every agent and administer the gateway. Undefined: the stage has none. */
  readonly clientId: string | undefined;
}

export interface DeploymentName {
  readonly stage: string;
  /** Undefined: the region of the SDK (AWS_REGION, the profile). */
  readonly region: string | undefined;
}

/**
 * Finds a deployed mesh by its stage, with the AWS credentials of the caller.
 *
 * @throws ConfigurationError that says what to do.
 */
export async function findDeployment({ stage, region }: DeploymentName): Promise<Deployment> {
  const client = new CloudFormationClient({ ...(region !== undefined && { region }) });
  const stackName = `starling-${stage}`;
  const outputs = new Map<string, string>();
  try {
    const found = await client.config.region();
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    for (const { OutputKey: key, OutputValue: value } of Stacks[0]?.Outputs ?? []) {
      if (key !== undefined && value !== undefined) outputs.set(key, value);
    }
    const output = (name: string) => {
      const value = outputs.get(name);
      if (value !== undefined) return value;
      const status = Stacks[0]?.StackStatus ?? 'unknown';
      throw new ConfigurationError(
        `The stack ${stackName} is only half deployed (${status}, no output ${name}). Deploy it again: npm run deploy -- --stage ${stage}`,
      );
    };
    return {
      stage,
      region: found,
      url: output('Url'),
      tokenUrl: output('TokenUrl'),
      bus: output('Bus'),
      artifactStream: output('ArtifactStream'),
      issuer: output('Issuer'),
      blobs: output('Blobs'),
      userPoolId: output('UserPoolId'),
      clientId: outputs.get('ClientId'),
    };
  } catch (error) {
    throw error instanceof ConfigurationError ? error : explain(error, stackName, stage);
  } finally {
    client.destroy();
  }
}

/** The secret of the example client, from Cognito. The credentials must allow cognito-idp:DescribeUserPoolClient. */
export async function readClientSecret({ region, userPoolId }: Deployment, clientId: string): Promise<string> {
  const client = new CognitoIdentityProviderClient({ region });
  try {
    const { UserPoolClient } = await client.send(
      new DescribeUserPoolClientCommand({ UserPoolId: userPoolId, ClientId: clientId }),
    );
    if (UserPoolClient?.ClientSecret === undefined) {
      throw new ConfigurationError(
        `The client ${clientId} of the pool ${userPoolId} has no secret: deploy the stack again.`,
      );
    }
    return UserPoolClient.ClientSecret;
  } finally {
    client.destroy();
  }
}

function explain(error: unknown, stackName: string, stage: string): ConfigurationError {
  const call = { action: 'cloudformation:DescribeStacks', resource: `the stack ${stackName}` };
  if (accessProblem(error, call) === undefined && /does not exist/.test(messageOf(error))) {
    return new ConfigurationError(
      `There is no stack ${stackName} in this account and region. Deploy it (npm run deploy -- --stage ${stage}), or give the right --stage and --region.`,
      { cause: error },
    );
  }
  return lookupError(error, call);
}
