import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import { isBinary, listAttributes, type MessageAttribute, md5OfAttributes, md5OfBody } from '#shared/message-digest.ts';
import type { ReceivedMessage } from '#shared/ports/queue.ts';
import type { Operation } from '../service.ts';
import type { QueueUrls } from './queue-urls.ts';
import { receiptFor } from './receipts.ts';
import { systemAttributes, wantedSystemAttributes } from './system-attributes.ts';

interface Wanted {
  /** Names of system attributes. */
  readonly system: ReadonlySet<string>;
  /** Names of message attributes, `prefix.*`, or `All`. */
  readonly attributes: readonly string[];
}

/** ReceiveMessage. The wait ends at its time limit, when the client disconnects, or when the mesh stops. */
export function receiveMessage(
  { queue, clock }: Pick<StandaloneRuntime, 'queue' | 'clock'>,
  urls: QueueUrls,
): Operation {
  return async (input, { signal }) => {
    const { name, attributes } = urls.queue(input);
    const max = input.integer('MaxNumberOfMessages') ?? 1;
    const wait = input.integer('WaitTimeSeconds') ?? attributes.wait;
    const visibilityTimeout = input.integer('VisibilityTimeout');
    const wanted = {
      system: wantedSystemAttributes(input),
      attributes: input.strings('MessageAttributeNames') ?? [],
    };
    const messages = await queue.receive(name, {
      max,
      wait,
      signal,
      ...(visibilityTimeout !== undefined && { visibilityTimeout }),
    });
    const at = clock.now();
    return messages.length === 0 ? {} : { Messages: messages.map((message) => answer({ name, at }, message, wanted)) };
  };
}

/** The queue of a receive, and the time of the receive in milliseconds since 1970. */
interface Receive {
  readonly name: string;
  readonly at: number;
}

function answer({ name, at }: Receive, message: ReceivedMessage, wanted: Wanted): object {
  const system = systemAttributes(message, wanted.system);
  const attributes = listAttributes(message).filter(({ name }) =>
    wanted.attributes.some((each) => isWanted(name, each)),
  );
  return {
    MessageId: message.messageId,
    ReceiptHandle: receiptFor({ queue: name, handle: message.receiptHandle, receivedAt: at }),
    MD5OfBody: md5OfBody(message.body),
    Body: message.body,
    ...(Object.keys(system).length > 0 && { Attributes: system }),
    ...answerAttributes(attributes),
  };
}

function answerAttributes(all: readonly MessageAttribute[]): object {
  if (all.length === 0) return {};
  const members = all.map((each) => [
    each.name,
    { DataType: each.type, ...(isBinary(each) ? { BinaryValue: each.value } : { StringValue: each.value }) },
  ]);
  return { MessageAttributes: Object.fromEntries(members), MD5OfMessageAttributes: md5OfAttributes(all) };
}

function isWanted(name: string, wanted: string): boolean {
  if (wanted === 'All' || wanted === '.*') return true;
  return wanted.endsWith('.*') ? name.startsWith(wanted.slice(0, -2)) : name === wanted;
}
