import { GetQueueUrlCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { QueueNotFoundError } from '#shared/ports/errors.ts';
import { AwsError, calling } from '../errors.ts';

/** The URLs of queues by their names. Asks SQS for each URL once. */
export class QueueUrls {
  readonly #client: SQSClient;
  readonly #urls = new Map<string, Promise<string>>();

  constructor(client: SQSClient) {
    this.#client = client;
  }

  /** @throws QueueNotFoundError */
  of(queue: string): Promise<string> {
    const known = this.#urls.get(queue);
    if (known !== undefined) return known;
    const asked = this.#ask(queue);
    this.#urls.set(queue, asked);
    // A queue that does not exist now may exist at the next call.
    asked.catch(() => this.#urls.delete(queue));
    return asked;
  }

  know(queue: string, url: string): void {
    this.#urls.set(queue, Promise.resolve(url));
  }

  /**
   * Does something with a queue's URL.
   *
   * @param action the action's name in IAM policies, such as `sqs:SendMessage`
   * @throws QueueNotFoundError also when the queue was deleted after SQS gave its URL
   */
  async use<Output>(queue: string, action: string, send: (url: string) => Promise<Output>): Promise<Output> {
    const url = await this.of(queue);
    try {
      return await calling({ action, resource: `the queue ${queue}` }, () => send(url));
    } catch (error) {
      if (!isMissing(error)) throw error;
      this.#urls.delete(queue);
      throw new QueueNotFoundError(queue);
    }
  }

  async #ask(queue: string): Promise<string> {
    const call = { action: 'sqs:GetQueueUrl', resource: `the queue ${queue}` };
    try {
      const { QueueUrl } = await calling(call, () => this.#client.send(new GetQueueUrlCommand({ QueueName: queue })));
      if (QueueUrl === undefined) throw new QueueNotFoundError(queue);
      return QueueUrl;
    } catch (error) {
      throw isMissing(error) ? new QueueNotFoundError(queue) : error;
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof AwsError && error.code === 'AWS_NOT_FOUND';
}
