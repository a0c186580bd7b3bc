import {
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  DeleteUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Deployment, readClientSecret } from '#deployment/deployed/deployment.ts';
import { type ClientCredentials, MeshClient, type SeenEvent, tellTheEnd } from '#test/support/mesh-client.ts';
import { deadLetterQueueName } from '#wiring/names.ts';
import { BusTap } from './bus-tap.ts';
import { clientOptions } from './endpoint.ts';

/** A deployed stack as its clients see it; what only operators see, by AWS's own APIs. */
export class StackMesh extends MeshClient {
  readonly #deployment: Deployment;
  readonly #cognito = new CognitoIdentityProviderClient(clientOptions);
  readonly #sqs = new SQSClient(clientOptions);
  readonly #clients = new Map<string, Promise<ClientCredentials>>();
  #tap: BusTap | undefined;

  constructor(deployment: Deployment) {
    super();
    this.#deployment = deployment;
  }

  get url(): string {
    return this.#deployment.url;
  }

  get tokenUrl(): string {
    return this.#deployment.tokenUrl;
  }

  protected async credentials(): Promise<ClientCredentials> {
    const { clientId } = this.#deployment;
    if (clientId === undefined)
      throw new Error('The tests call a stage by its example client: --param exampleClient=on.');
    return { clientId, clientSecret: await readClientSecret(this.#deployment, clientId) };
  }

  clientWith(scopes: readonly string[]): Promise<ClientCredentials> {
    const key = scopes.join(' ');
    const client = this.#clients.get(key) ?? this.#createClient(scopes);
    this.#clients.set(key, client);
    return client;
  }

  async #createClient(scopes: readonly string[]): Promise<ClientCredentials> {
    const { UserPoolClient } = await this.#cognito.send(
      new CreateUserPoolClientCommand({
        UserPoolId: this.#deployment.userPoolId,
        ClientName: 'starling-test',
        GenerateSecret: true,
        AllowedOAuthFlows: ['client_credentials'],
        AllowedOAuthFlowsUserPoolClient: true,
        AllowedOAuthScopes: [...scopes],
      }),
    );
    return { clientId: UserPoolClient?.ClientId ?? '', clientSecret: UserPoolClient?.ClientSecret ?? '' };
  }

  async hasAgent(id: string): Promise<boolean> {
    const response = await this.admin('/admin/agents');
    if (!response.ok) throw new Error(`the agents cannot be listed: ${response.status} ${await response.text()}`);
    const { agents } = (await response.json()) as { agents: { id: string }[] };
    return agents.some((agent) => agent.id === id);
  }

  async deadLetters(functionName: string): Promise<number> {
    // With `.fifo` behind it where the queue is a FIFO queue.
    const QueueNamePrefix = deadLetterQueueName(this.#deployment.stage, functionName);
    const { QueueUrls: [QueueUrl] = [] } = await this.#sqs.send(new ListQueuesCommand({ QueueNamePrefix }));
    const AttributeNames = ['ApproximateNumberOfMessages' as const];
    const { Attributes } = await this.#sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
    return Number(Attributes?.ApproximateNumberOfMessages);
  }

  /** From now on events are kept for {@link events}. */
  async listen(): Promise<void> {
    this.#tap = await BusTap.open(this.#deployment.bus);
  }

  async events(correlationId: string, enough = tellTheEnd): Promise<readonly SeenEvent[]> {
    if (this.#tap === undefined) throw new Error('nobody listened');
    return this.#tap.events(correlationId, enough);
  }

  /** Deletes what was made for the tests. */
  async close(): Promise<void> {
    for (const client of this.#clients.values()) {
      const { clientId: ClientId } = await client;
      await this.#cognito.send(new DeleteUserPoolClientCommand({ UserPoolId: this.#deployment.userPoolId, ClientId }));
    }
    await this.#tap?.close();
    this.#cognito.destroy();
    this.#sqs.destroy();
  }
}
