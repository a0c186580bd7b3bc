import type { Limit, Member } from './member.ts';

/** A limit in the words of AWS's validation, as EventBridge and Kinesis use them. */
export function constraintOf(limit: Limit, member: Member): string {
  switch (limit) {
    case 'min':
      return `Member must have ${sizeOf(member)} greater than or equal to ${'min' in member ? member.min : 0}`;
    case 'max':
      return `Member must have ${sizeOf(member)} less than or equal to ${'max' in member ? member.max : 0}`;
    case 'pattern':
      return `Member must satisfy regular expression pattern: ${'pattern' in member ? member.pattern : ''}`;
    case 'values':
      return `Member must satisfy enum value set: [${'values' in member ? member.values?.join(', ') : ''}]`;
    default:
      return limit satisfies never;
  }
}

function sizeOf({ type }: Member): string {
  return type === 'integer' ? 'value' : 'length';
}
