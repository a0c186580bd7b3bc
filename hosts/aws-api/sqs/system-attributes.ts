import type { MessageAttribute } from '#shared/message-digest.ts';
import type { OutgoingMessage, ReceivedMessage } from '#shared/ports/queue.ts';
import { ACCOUNT, queueArn } from '../identity.ts';
import type { InputReader } from '../input-reader.ts';
import { type MessageSystemAttribute, messageSystemAttributes } from '../reference/queue-attributes.ts';
import { invalidAttributeName, invalidValue, validationMessages } from './errors.ts';

const TRACE_HEADER = 'AWSTraceHeader';
/** Characters. SQS does not count the header as part of the message, so it needs a limit of its own. It is EventBridge's. */
const MAX_TRACE_HEADER = 500;

/** Reads the only system attribute that senders may set. @throws ServiceError */
export function readTraceHeader(input: InputReader): Pick<OutgoingMessage, 'traceHeader'> {
  for (const [name, value] of input.map('MessageSystemAttributes')) {
    if (name !== TRACE_HEADER)
      throw invalid(name, `The only system attribute that a sender may set is ${TRACE_HEADER}.`);
    if (value.requiredString('DataType') !== 'String') throw invalid(name, 'Its DataType must be String.');
    const text = value.string('StringValue');
    if (text === undefined) throw validationMessages.missing('StringValue');
    if (text.length > MAX_TRACE_HEADER) throw invalid(name, `It must have at most ${MAX_TRACE_HEADER} characters.`);
    if (!isTraceHeader(text)) {
      throw invalid(name, 'It must be an AWS X-Ray trace header: Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1');
    }
    return { traceHeader: text };
  }
  return {};
}

/** The system attributes that senders may set, in the form of which SQS makes its digest. */
export function sentSystemAttributes({ traceHeader }: OutgoingMessage): readonly MessageAttribute[] {
  return traceHeader === undefined ? [] : [{ name: TRACE_HEADER, type: 'String', value: traceHeader }];
}

/**
 * The names of system attributes that a receive asks for. ReceiveMessage has two members for them.
 *
 * @throws ServiceError when SQS has no such attribute
 */
export function wantedSystemAttributes(input: InputReader): ReadonlySet<string> {
  const wanted = [...(input.strings('AttributeNames') ?? []), ...(input.strings('MessageSystemAttributeNames') ?? [])];
  const known: readonly string[] = messageSystemAttributes;
  const unknown = wanted.find((name) => name !== 'All' && !known.includes(name));
  if (unknown !== undefined) throw invalidAttributeName(unknown);
  return new Set(wanted.includes('All') ? known : wanted);
}

export function systemAttributes(message: ReceivedMessage, wanted: ReadonlySet<string>): Record<string, string> {
  const {
    receiveCount,
    sentAt,
    firstReceivedAt,
    fifo,
    groupId = fifo?.groupId,
    traceHeader,
    deadLetterSource,
  } = message;
  const all: Readonly<Record<MessageSystemAttribute, string | undefined>> = {
    // A mesh has one identity, and the account stands for it. On AWS the account's root user is the sender in this form.
    SenderId: ACCOUNT,
    SentTimestamp: String(sentAt),
    ApproximateReceiveCount: String(receiveCount),
    ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
    SequenceNumber: fifo?.sequenceNumber,
    MessageDeduplicationId: fifo?.deduplicationId,
    MessageGroupId: groupId,
    AWSTraceHeader: traceHeader,
    DeadLetterQueueSourceArn: deadLetterSource === undefined ? undefined : queueArn(deadLetterSource),
  };
  const present = Object.entries(all).filter((each): each is [string, string] => each[1] !== undefined);
  return Object.fromEntries(present.filter(([name]) => wanted.has(name)));
}

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
function isTraceHeader(text: string): boolean {
  return /^[!-~]+$/.test(text) && text.split(';').every((part) => part === '' || /^[A-Za-z]+=/.test(part));
}

function invalid(name: string, reason: string) {
  return invalidValue('MessageSystemAttributes', name, reason);
}
