/**
 * How AWS meters what a request does: sizes and units, as the services' developer guides have them.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */

/** A value as DynamoDB's JSON has it: one member, which names the type. */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly M: Item }
  | { readonly L: readonly AttributeValue[] }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] };

export type Item = { readonly [name: string]: AttributeValue };

const KB = 1024;
/** EventBridge and SQS count an entry or a request once for each of these. */
const CHUNK = 64 * KB;

export function itemSize(item: Item): number {
  return sum(Object.entries(item).map(([name, value]) => Buffer.byteLength(name) + valueSize(value)));
}

function valueSize(value: AttributeValue): number {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('N' in value) return numberSize(value.N);
  if ('B' in value) return Buffer.from(value.B, 'base64').length;
  if ('BOOL' in value || 'NULL' in value) return 1;
  if ('M' in value) return 3 + itemSize(value.M) + Object.keys(value.M).length;
  if ('L' in value) return 3 + sum(value.L.map(valueSize)) + value.L.length;
  if ('SS' in value) return sum(value.SS.map((text) => Buffer.byteLength(text)));
  if ('NS' in value) return sum(value.NS.map(numberSize));
  return sum(value.BS.map((text) => Buffer.from(text, 'base64').length));
}

/** "Approximately" a byte for two significant digits and one more, says the guide. */
function numberSize(digits: string): number {
  const significant = digits.replace(/^-|\.|e.*$/gi, '').replace(/^0+|0+$/g, '').length;
  return Math.ceil(significant / 2) + 1;
}

/** Of one write, by the item as it was and as it is: one unit for each KB begun of the larger, at least one. */
export function writeUnits(before: Item | undefined, after: Item | undefined): number {
  return kilobytes(Math.max(before ? itemSize(before) : 0, after ? itemSize(after) : 0));
}

export interface Index {
  /** The attributes that an item must have to stand in the index. */
  readonly keys: readonly string[];
  /** All attributes that the index holds: its keys, the table's and the projected ones. */
  readonly attributes: readonly string[];
}

/** What a write costs in an index: nothing where nothing changed that the index holds, two writes where its key did. */
export function indexWriteUnits(before: Item | undefined, after: Item | undefined, index: Index): number {
  const [old, now] = [entry(before, index), entry(after, index)];
  if (old === undefined) return now === undefined ? 0 : writeUnits(undefined, now);
  if (now === undefined) return writeUnits(old, undefined);
  if (same(old, now, index.attributes)) return 0;
  return same(old, now, index.keys) ? writeUnits(old, now) : writeUnits(old, undefined) + writeUnits(undefined, now);
}

function entry(item: Item | undefined, { keys, attributes }: Index): Item | undefined {
  if (item === undefined || keys.some((key) => item[key] === undefined)) return undefined;
  return Object.fromEntries(Object.entries(item).filter(([name]) => attributes.includes(name)));
}

function same(left: Item, right: Item, names: readonly string[]): boolean {
  return names.every((name) => JSON.stringify(left[name]) === JSON.stringify(right[name]));
}

/** Of one read of `bytes`: one unit for each 4 KB begun, at least one; half of it where an older state will do. */
export function readUnits(bytes: number, consistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / (4 * KB))) * (consistent ? 1 : 0.5);
}

/** Of an event or a queue's request. */
export function chunks(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / CHUNK));
}

/** KB that a record of a stream counts. */
export function kilobytes(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / KB));
}

/**
 * Bytes of an event as EventBridge counts them.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
 */
export function eventSize(event: {
  readonly Time?: unknown;
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly Resources?: readonly string[];
}): number {
  const texts = [event.Source, event.DetailType, event.Detail, ...(event.Resources ?? [])];
  return (event.Time === undefined ? 0 : 14) + sum(texts.map((text) => Buffer.byteLength(text ?? '')));
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
