import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import type { InputReader } from '../input-reader.ts';
import type { Operation } from '../service.ts';
import { type FailedEntry, readBatch } from './batch.ts';
import { invalidValue, notInFlight, validationMessages } from './errors.ts';
import type { NamedQueue, QueueUrls } from './queue-urls.ts';
import { readReceipt } from './receipts.ts';
import { MAX_VISIBILITY } from './receive.ts';

type Queue = StandaloneRuntime['queue'];

/**
 * DeleteMessage. As on SQS, it succeeds when the message no longer exists, or when a message of a standard queue was
 * received again.
 */
export function deleteMessage(queue: Queue, urls: QueueUrls): Operation {
  return async (input) => {
    const named = urls.queue(input);
    const receipt = readEntry(named, input);
    if (await isExpired(queue, named, receipt)) throw expired(receipt);
    await queue.delete(named.name, [receipt.handle]);
    return {};
  };
}

export function deleteMessageBatch(queue: Queue, urls: QueueUrls): Operation {
  return async (input) => {
    const named = urls.queue(input);
    const { entries, failed } = readBatch(input, (entry) => readEntry(named, entry));
    const late: FailedEntry[] = [];
    for (const { id, entry } of entries) {
      if (!(await isExpired(queue, named, entry))) continue;
      const { code, message } = expired(entry);
      late.push({ Id: id, SenderFault: true, Code: code, Message: message });
    }
    const good = entries.filter(({ id }) => !late.some(({ Id }) => Id === id));
    await queue.delete(
      named.name,
      good.map(({ entry }) => entry.handle),
    );
    const Failed = [...failed, ...late];
    return { Successful: good.map(({ id }) => ({ Id: id })), ...(Failed.length > 0 && { Failed }) };
  };
}

export function changeMessageVisibility(queue: Queue, urls: QueueUrls): Operation {
  return async (input) => {
    const named = urls.queue(input);
    const { handle, text } = readEntry(named, input);
    const timeout = input.integer('VisibilityTimeout', { from: 0, to: MAX_VISIBILITY });
    if (timeout === undefined) throw validationMessages.missing('VisibilityTimeout');
    const state = await queue.receiptState(named.name, handle);
    if (state === 'spent') throw notInFlight();
    if (state === 'gone') {
      const reason = 'Message does not exist or is not available for visibility timeout change.';
      throw invalidValue('ReceiptHandle', text, reason);
    }
    await queue.changeVisibility(named.name, handle, timeout);
    return {};
  };
}

interface Receipt {
  readonly handle: string;
  /** The client's text of the receipt. */
  readonly text: string;
}

function readEntry({ name }: NamedQueue, entry: InputReader): Receipt {
  const text = entry.requiredString('ReceiptHandle');
  return { text, handle: readReceipt(name, text) };
}

/** A receipt handle of a FIFO queue is valid until the visibility timeout ends. */
async function isExpired(queue: Queue, { name, attributes }: NamedQueue, { handle }: Receipt): Promise<boolean> {
  return attributes.fifo !== undefined && (await queue.receiptState(name, handle)) === 'spent';
}

function expired({ text }: Receipt) {
  return invalidValue('ReceiptHandle', text, 'The receipt handle has expired.');
}
