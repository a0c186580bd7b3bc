import { type AttributeTypes, attributeType } from '#shared/ports/queue.ts';

export interface Attributes {
  readonly attributes?: Readonly<Record<string, string>>;
  readonly attributeTypes?: AttributeTypes;
  /** The message group of a message in a standard queue. FIFO queues have a column for it. */
  readonly groupId?: string;
  readonly traceHeader?: string;
}

/** The keys of the message group and of the trace header. Names of attributes have at least one character and no space. */
const GROUP = '';
const TRACE = ' ';

/** The value of an attribute. Its type is stored only if it is not `String`. */
type Stored = string | readonly [type: string, value: string];

/** The text of a message's attributes in a row. Null: the message has no attributes. */
export function storeAttributes({ attributes, attributeTypes, groupId, traceHeader }: Attributes): string | null {
  if (groupId !== undefined || traceHeader !== undefined) {
    return storeAttributes({
      attributes: {
        ...attributes,
        ...(groupId !== undefined && { [GROUP]: groupId }),
        ...(traceHeader !== undefined && { [TRACE]: traceHeader }),
      },
      ...(attributeTypes && { attributeTypes }),
    });
  }
  if (attributes === undefined) return null;
  if (attributeTypes === undefined) return JSON.stringify(attributes);
  const stored = Object.entries(attributes).map(([name, value]): [string, Stored] => {
    const type = attributeType(attributeTypes, name);
    return [name, type === 'String' ? value : [type, value]];
  });
  return JSON.stringify(Object.fromEntries(stored));
}

export function readAttributes(json: string | null): Required<Pick<Attributes, 'attributes'>> & Attributes {
  if (json === null) return { attributes: {} };
  const { [GROUP]: groupId, [TRACE]: traceHeader, ...own } = JSON.parse(json) as Record<string, Stored>;
  const all = Object.entries(own);
  const types = all.flatMap(([name, stored]) => (typeof stored === 'string' ? [] : [[name, stored[0]] as const]));
  return {
    // fromEntries, because an attribute may have the name `__proto__`.
    attributes: Object.fromEntries(
      all.map(([name, stored]) => [name, typeof stored === 'string' ? stored : stored[1]]),
    ),
    ...(types.length > 0 && { attributeTypes: Object.fromEntries(types) }),
    ...(typeof groupId === 'string' && { groupId }),
    ...(typeof traceHeader === 'string' && { traceHeader }),
  };
}
