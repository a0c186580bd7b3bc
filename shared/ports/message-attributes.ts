import type { AttributeTypes } from './queue.ts';

/** SQS's type of a message attribute. */
export function typeOfAttribute(types: AttributeTypes | undefined, name: string): string {
  // `constructor` is a name that an attribute may have.
  return types !== undefined && Object.hasOwn(types, name) ? (types[name] ?? 'String') : 'String';
}

/** Whether the value of an attribute of the type is bytes, in base64. */
export function isBinaryType(type: string): boolean {
  return type.startsWith('Binary');
}
