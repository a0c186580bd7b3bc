import { CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { sqsClient } from '#adapters/aws/clients/sqs.ts';
import { AwsQueue } from '#adapters/aws/queue/queue.ts';
import type { Template } from '#deployment/plugin/template.ts';
import { clientOptions } from './endpoint.ts';

interface Pipe {
  /** Names of queues. */
  readonly source: string;
  readonly target: string;
  readonly inputTemplate: string;
  readonly messageGroupId: string;
  readonly messageDeduplicationId: string;
}

/**
 * Does what EventBridge's pipes between queues do, where an emulator makes them and does not run them: as a stack's template
 * says.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html#pipes-targets-dynamic-parms
 */
export class StandInPipes {
  readonly #client = sqsClient(clientOptions);
  readonly #queue = new AwsQueue({ client: this.#client });
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>[];

  private constructor(pipes: readonly Pipe[]) {
    this.#running = pipes.map((pipe) => this.#run(pipe));
  }

  static async open(stackName: string): Promise<StandInPipes> {
    const client = new CloudFormationClient(clientOptions);
    const { TemplateBody = '' } = await client.send(new GetTemplateCommand({ StackName: stackName }));
    client.destroy();
    const pipes = pipesOf(JSON.parse(TemplateBody));
    if (pipes.length === 0) throw new Error(`the stack ${stackName} has no pipe`);
    return new StandInPipes(pipes);
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running);
    this.#client.destroy();
  }

  async #run({ source, target, inputTemplate, messageGroupId, messageDeduplicationId }: Pipe): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const messages = await this.#queue.receive(source, { max: 1, wait: 1 });
      for (const { body, receiptHandle } of messages) {
        const groupId = parameter(messageGroupId, body);
        const deduplicationId = parameter(messageDeduplicationId, body);
        // It comes again, and goes to the undelivered in the end.
        if (groupId === undefined || deduplicationId === undefined) continue;
        const made = inputTemplate.replace('<$.body>', () => body);
        await this.#queue.send(target, [{ body: made, groupId, deduplicationId }]);
        await this.#queue.delete(source, [receiptHandle]);
      }
    }
  }
}

/** The value of a parameter that may be a path into the body. */
function parameter(text: string, body: string): string | undefined {
  const [root, from, ...names] = text.split('.');
  if (root !== '$' || from !== 'body') return text;
  let value: unknown = JSON.parse(body);
  for (const name of names) value = (value as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof value === 'string' ? value : undefined;
}

function pipesOf({ Resources }: Template): Pipe[] {
  const nameOf = (arn: unknown) => {
    const {
      'Fn::GetAtt': [id],
    } = arn as { 'Fn::GetAtt': [string, string] };
    return String(Resources[id]?.Properties.QueueName);
  };
  return Object.values(Resources).flatMap(({ Type, Properties }) => {
    if (Type !== 'AWS::Pipes::Pipe') return [];
    const { InputTemplate, SqsQueueParameters } = Properties.TargetParameters as {
      InputTemplate: string;
      SqsQueueParameters: { MessageGroupId: string; MessageDeduplicationId: string };
    };
    return {
      source: nameOf(Properties.Source),
      target: nameOf(Properties.Target),
      inputTemplate: InputTemplate,
      messageGroupId: SqsQueueParameters.MessageGroupId,
      messageDeduplicationId: SqsQueueParameters.MessageDeduplicationId,
    };
  });
}
