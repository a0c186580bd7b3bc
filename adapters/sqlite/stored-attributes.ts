import { type AttributeTypes, attributeType } from '#shared/ports/queue.ts';

export interface Attributes {
  readonly attributes?: Readonly<Record<string, string>>;
  readonly attributeTypes?: AttributeTypes;
  /** The message group of a standard queue's message; a FIFO queue has a column for it. */
  readonly groupId?: string;
}

/** Among the attributes: no attribute has this name, as SQS wants a letter at least. */
const GROUP = '';

/** A text, or its type with it where that is not `String`. */
type Stored = string | readonly [type: string, value: string];

/** As a row keeps a message's attributes; null where it has none. */
export function storeAttributes({ attributes, attributeTypes, groupId }: Attributes): string | null {
  if (groupId !== undefined) {
    return storeAttributes({
      attributes: { ...attributes, [GROUP]: groupId },
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
  const { [GROUP]: groupId, ...own } = JSON.parse(json) as Record<string, Stored>;
  const all = Object.entries(own);
  const types = all.flatMap(([name, stored]) => (typeof stored === 'string' ? [] : [[name, stored[0]] as const]));
  return {
    // By entries: `__proto__` is a name that an attribute may have.
    attributes: Object.fromEntries(
      all.map(([name, stored]) => [name, typeof stored === 'string' ? stored : stored[1]]),
    ),
    ...(types.length > 0 && { attributeTypes: Object.fromEntries(types) }),
    ...(typeof groupId === 'string' && { groupId }),
  };
}
