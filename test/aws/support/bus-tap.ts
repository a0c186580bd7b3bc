import {
  DeleteRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SeenEvent } from '#test/support/mesh-client.ts';
import { clientOptions, randomStage } from './endpoint.ts';

/** A rule and a queue of one's own on a bus: all events that pass from now on. */
export class BusTap {
  readonly #events = new EventBridgeClient(clientOptions);
  readonly #sqs = new SQSClient(clientOptions);
  readonly #bus: string;
  readonly #name = `starling-test-${randomStage()}`;
  readonly #seen: SeenEvent[] = [];
  #queueUrl = '';

  private constructor(bus: string) {
    this.#bus = bus;
  }

  static async open(bus: string): Promise<BusTap> {
    const tap = new BusTap(bus);
    await tap.#open();
    return tap;
  }

  async #open(): Promise<void> {
    const { QueueUrl = '' } = await this.#sqs.send(new CreateQueueCommand({ QueueName: this.#name }));
    this.#queueUrl = QueueUrl;
    const { Attributes } = await this.#sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    );
    const queue = Attributes?.QueueArn ?? '';
    const rule = { Name: this.#name, EventBusName: this.#bus };
    const EventPattern = JSON.stringify({ source: [{ prefix: 'starling.' }] });
    const { RuleArn } = await this.#events.send(new PutRuleCommand({ ...rule, EventPattern }));
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: queue,
          Condition: { ArnEquals: { 'aws:SourceArn': RuleArn } },
        },
      ],
    });
    await this.#sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    await this.#events.send(
      new PutTargetsCommand({ Rule: rule.Name, EventBusName: this.#bus, Targets: [{ Id: 'tap', Arn: queue }] }),
    );
  }

  /** The events with the correlation id, as soon as there are enough. */
  async events(correlationId: string, enough: (events: readonly SeenEvent[]) => boolean): Promise<SeenEvent[]> {
    for (;;) {
      const found = this.#seen.filter(({ detail }) => detail.correlationid === correlationId);
      if (enough(found)) return found;
      await this.#receive();
    }
  }

  async #receive(): Promise<void> {
    const QueueUrl = this.#queueUrl;
    const { Messages = [] } = await this.#sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    if (Messages.length === 0) return;
    for (const { Body = '' } of Messages) this.#seen.push(JSON.parse(Body));
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await this.#sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }

  async close(): Promise<void> {
    const rule = { EventBusName: this.#bus };
    await this.#events.send(new RemoveTargetsCommand({ ...rule, Rule: this.#name, Ids: ['tap'] }));
    await this.#events.send(new DeleteRuleCommand({ ...rule, Name: this.#name }));
    await this.#sqs.send(new DeleteQueueCommand({ QueueUrl: this.#queueUrl }));
    this.#events.destroy();
    this.#sqs.destroy();
  }
}
