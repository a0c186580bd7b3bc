import type { MessageAttribute } from '#shared/message-digest.ts';
import type { AttributeTypes, OutgoingMessage } from '#shared/ports/queue.ts';
import { isBinaryType } from '#shared/ports/queue.ts';
import type { InputReader } from '../input-reader.ts';
import { invalidContents, invalidValue, isValidText, validationMessages } from './errors.ts';

type Attributes = Pick<OutgoingMessage, 'attributes' | 'attributeTypes'>;

/** Reads the message attributes of an input. @throws ServiceError */
export function readMessageAttributes(input: InputReader): Attributes {
  const all = input.map('MessageAttributes').map(([name, value]) => readAttribute(name, value));
  if (all.length === 0) return {};
  const types = all.filter(({ type }) => type !== 'String').map(({ name, type }) => [name, type]);
  return {
    attributes: Object.fromEntries(all.map(({ name, value }) => [name, value])),
    ...(types.length > 0 && { attributeTypes: Object.fromEntries(types) as AttributeTypes }),
  };
}

function readAttribute(name: string, member: InputReader): MessageAttribute {
  if (!/^(?!\.)(?!.*\.\.)[A-Za-z0-9_.-]{1,256}(?<!\.)$/.test(name) || /^(?:aws|amazon)\./i.test(name)) {
    throw invalidValue(
      'MessageAttributes',
      name,
      'The name of a message attribute has letters, digits, _, - and single dots inside. It does not begin with AWS. or Amazon.',
    );
  }
  const type = member.requiredString('DataType');
  if (!/^(?:String|Number|Binary)(?:\.[A-Za-z0-9_.-]{1,249})?$/.test(type)) {
    throw invalidValue('MessageAttributes', name, 'Its DataType must begin with String, Number or Binary.');
  }
  return { name, type, value: isBinaryType(type) ? binaryOf(name, member) : textOf(name, type, member) };
}

function binaryOf(name: string, member: InputReader): string {
  const bytes = member.blob('BinaryValue');
  if (bytes === undefined) throw validationMessages.missing('BinaryValue');
  if (bytes.length === 0) throw invalidValue('MessageAttributes', name, 'Its value must not be empty.');
  return bytes.toString('base64');
}

function textOf(name: string, type: string, member: InputReader): string {
  const text = member.requiredString('StringValue');
  if (text === '') throw invalidValue('MessageAttributes', name, 'Its value must not be empty.');
  if (!isValidText(text)) throw invalidContents();
  if (type.startsWith('Number') && !/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) {
    throw invalidValue('MessageAttributes', name, 'Its value must be a number.');
  }
  return text;
}
