import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import type { InputReader } from '../input-reader.ts';
import { limits } from '../reference/limits.ts';
import type { Operation } from '../service.ts';
import { batchAnswer, readBatch, runBatch } from './batch.ts';
import { invalidValue, notInFlight, validationMessages } from './errors.ts';
import type { NamedQueue, QueueUrls } from './queue-urls.ts';
import { readReceipt } from './receipts.ts';

type Runtime = Pick<StandaloneRuntime, 'queue' | 'clock'>;
type Queue = StandaloneRuntime['queue'];

const { inFlightSeconds } = limits.sqs;

/**
 * DeleteMessage. As on SQS, it succeeds when the message no longer exists, or when a message of a standard queue was
 * received again.
 */
export function deleteMessage({ queue }: Runtime, urls: QueueUrls): Operation {
  return async (input) => {
    const named = urls.queue(input);
    const entry = readEntry(named, input);
    await checkUnexpired(queue, named, entry);
    await queue.delete(named.name, [entry.handle]);
    return {};
  };
}

export function deleteMessageBatch({ queue }: Runtime, urls: QueueUrls): Operation {
  return async (input) => {
    const named = urls.queue(input);
    const batch = readBatch(input, (entry) => readEntry(named, entry));
    const checked = await runBatch(batch, (entry) => checkUnexpired(queue, named, entry));
    await queue.delete(
      named.name,
      checked.entries.map(({ entry }) => entry.handle),
    );
    return batchAnswer(checked);
  };
}

export function changeMessageVisibility(runtime: Runtime, urls: QueueUrls): Operation {
  return async (input) => {
    const named = urls.queue(input);
    await changeVisibility(runtime, named, readChange(named, input));
    return {};
  };
}

export function changeMessageVisibilityBatch(runtime: Runtime, urls: QueueUrls): Operation {
  return async (input) => {
    const named = urls.queue(input);
    const batch = readBatch(input, (entry) => readChange(named, entry));
    return batchAnswer(await runBatch(batch, (change) => changeVisibility(runtime, named, change)));
  };
}

interface Entry {
  readonly handle: string;
  /** The client's text of the receipt. */
  readonly text: string;
  readonly receivedAt?: number;
}

interface Change extends Entry {
  /** Seconds. */
  readonly timeout: number;
}

function readEntry({ name }: NamedQueue, entry: InputReader): Entry {
  const text = entry.requiredString('ReceiptHandle');
  const { handle, receivedAt } = readReceipt(name, text);
  return { text, handle, ...(receivedAt !== undefined && { receivedAt }) };
}

function readChange(named: NamedQueue, entry: InputReader): Change {
  const read = readEntry(named, entry);
  const timeout = entry.integer('VisibilityTimeout');
  if (timeout === undefined) throw validationMessages.missing('VisibilityTimeout');
  return { ...read, timeout };
}

/** @throws ServiceError */
async function changeVisibility({ queue, clock }: Runtime, { name }: NamedQueue, change: Change): Promise<void> {
  const { handle, text, timeout, receivedAt } = change;
  const state = await queue.receiptState(name, handle);
  if (state === 'spent') throw notInFlight();
  if (state === 'gone') {
    const reason = 'Message does not exist or is not available for visibility timeout change.';
    throw invalidValue('ReceiptHandle', text, reason);
  }
  const seconds = receivedAt === undefined ? 0 : Math.floor((clock.now() - receivedAt) / 1000);
  if (seconds + timeout > inFlightSeconds) {
    const reason = `Total VisibilityTimeout for the message is beyond the limit [${inFlightSeconds} seconds].`;
    throw invalidValue('VisibilityTimeout', timeout, reason);
  }
  await queue.changeVisibility(name, handle, timeout);
}

/** A receipt handle of a FIFO queue is valid until the visibility timeout ends. @throws ServiceError */
async function checkUnexpired(queue: Queue, { name, attributes }: NamedQueue, { handle, text }: Entry): Promise<void> {
  if (attributes.fifo !== undefined && (await queue.receiptState(name, handle)) === 'spent') {
    throw invalidValue('ReceiptHandle', text, 'The receipt handle has expired.');
  }
}
