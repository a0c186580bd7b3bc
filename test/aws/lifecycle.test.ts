import { CloudFormationClient, UpdateTerminationProtectionCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CognitoIdentityProviderClient, DescribeUserPoolCommand } from '@aws-sdk/client-cognito-identity-provider';
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, describe, expect, it } from 'vitest';
import { type DeployOptions, deployStack } from '#deployment/deploy-stack.ts';
import { type Deployment, findDeployment } from '#deployment/deployed/deployment.ts';
import { removeStack } from '#deployment/remove-stack.ts';
import { takeOverRetained } from '#deployment/stack/taken-over/take-over.ts';
import type { AdminTask } from '#shared/admin/schemas.ts';
import { readPatience } from '#test/support/aws-patience.ts';
import type { ClientCredentials } from '#test/support/mesh-client.ts';
import { clientOptions, endpoint } from './support/endpoint.ts';
import { StackMesh } from './support/mesh.ts';

const target = { stage: 'prod', region: clientOptions.region, endpoint };
/** The stage has no example client by default, and without one the tests could not call it. */
const params = ['exampleClient=on'];
const poll = { timeout: 200_000 * readPatience(process.env), interval: 1_000 };

const cloudFormation = new CloudFormationClient(clientOptions);
const cognito = new CognitoIdentityProviderClient(clientOptions);
const logs = new CloudWatchLogsClient(clientOptions);
const sqs = new SQSClient(clientOptions);
afterAll(() => {
  for (const client of [cloudFormation, cognito, logs, sqs]) client.destroy();
});

const deploy = (options: Partial<DeployOptions>) => deployStack(target, { params, testAgents: false, ...options });

async function unprotect(): Promise<void> {
  const StackName = 'starling-prod';
  await cloudFormation.send(new UpdateTerminationProtectionCommand({ StackName, EnableTerminationProtection: false }));
}

/** A deployment of this file's own takes minutes, and its tables stay. So it goes to an emulator only. */
describe.skipIf(endpoint === undefined)('the life of a stage that keeps its data (on an emulator)', () => {
  let deployment: Deployment;
  let mesh: StackMesh;
  let application: ClientCredentials;
  const waiting: string[] = [];
  let done = '';

  it('begins with a deployment', async () => {
    deployment = await deploy({ testAgents: true });
    mesh = new StackMesh(deployment);
    // As an operator creates it, outside the stack.
    application = await mesh.clientWith(['starling/echo:invoke']);
    ({ id: done } = await mesh.send('echo', 'to be kept'));
  });

  it('only the bus sends to the queue of an agent', async () => {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'starling-prod-echo' }));
    const sending = sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'forged' }));
    await expect(sending).rejects.toThrow(/explicit deny|not authorized|Access.*denied/i);
  });

  it('a deployment removes an agent with messages in its queue, and their tasks fail', async () => {
    const configuration = { returnImmediately: true };
    for (let call = 0; call < 12; call++) {
      const { id } = await mesh.send('patient', '600000', { configuration });
      waiting.push(id);
    }
    deployment = await deploy({ testAgents: false });
    expect(await mesh.hasAgent('echo')).toBe(true);
    const { body } = await mesh.rpc('patient', 'SendMessage', {
      message: { messageId: 'late', role: 'ROLE_USER', parts: [{ text: '1' }] },
    });
    expect(body.error).toBeDefined();
    const states = async () => {
      const shown = waiting.map(async (id) => (await (await mesh.admin(`/admin/tasks/${id}`)).json()) as AdminTask);
      return new Set((await Promise.all(shown)).map(({ task }) => task.status.state));
    };
    await expect.poll(states, poll).toEqual(new Set(['TASK_STATE_FAILED']));
    expect((await mesh.send('echo', 'still here')).status.state).toBe('TASK_STATE_COMPLETED');
  });

  it('a protected stack is not removed', async () => {
    await expect(removeStack(target)).rejects.toThrow('is protected against removal');
  });

  it('its removal keeps tables, blobs, tokens, bus and logs', async () => {
    await unprotect();
    const retained = await removeStack(target);
    expect(retained).toEqual(
      expect.arrayContaining([
        'starling-prod',
        'starling-prod-tasks',
        deployment.blobs,
        deployment.userPoolId,
        '/aws/lambda/starling-prod-echo',
        '/aws/api-gateway/starling-prod',
      ]),
    );
    const { UserPool } = await cognito.send(new DescribeUserPoolCommand({ UserPoolId: deployment.userPoolId }));
    expect(UserPool?.Domain).toMatch(/^starling-prod-/);
    const { logGroups } = await logs.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/lambda/starling-prod-echo' }),
    );
    expect(logGroups).toHaveLength(1);
    // A client that an operator made still gets tokens with its scopes.
    expect(await mesh.tokenOf(application, 'starling/echo:invoke')).toMatch(/^ey/);
  });

  it('a new deployment names what it meets', async () => {
    const folder = 'build/aws/prod';
    const bucket = 'starling-prod-packages';
    const meeting = takeOverRetained(target, { folder, takeOver: false, bucket });
    await expect(meeting).rejects.toThrow(/TasksTable: starling-prod-tasks.*--take-over/s);
  });

  it('a new deployment takes it over, with its tasks, clients and settings', async () => {
    const again = await deploy({ takeOver: true, params: [...params, 'logRetention=7'] });
    expect(again).toMatchObject({ userPoolId: deployment.userPoolId, blobs: deployment.blobs });
    const revived = new StackMesh(again);
    const task = await (await revived.admin(`/admin/tasks/${done}`)).json();
    expect(JSON.stringify(task)).toContain('to be kept');
    expect((await revived.send('echo', 'again')).status.state).toBe('TASK_STATE_COMPLETED');
    const token = await revived.tokenOf(application);
    const message = { messageId: 'by-the-old-client', role: 'ROLE_USER', parts: [{ text: 'me too' }] };
    const called = await fetch(`${again.url}/agents/echo`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'a2a-version': '1.0' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'SendMessage', params: { message } }),
    });
    expect(called.status).toBe(200);
    const { logGroups = [] } = await logs.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/lambda/starling-prod-echo' }),
    );
    expect(logGroups.map(({ retentionInDays }) => retentionInDays)).toEqual([7]);
    await revived.close();
  });

  it('the next deployment has nothing to take over', async () => {
    const folder = 'build/aws/prod';
    await takeOverRetained(target, { folder, takeOver: false, bucket: 'starling-prod-packages' });
    expect(await findDeployment(target)).toMatchObject({ userPoolId: deployment.userPoolId });
    await unprotect();
    await removeStack(target);
  });
});
