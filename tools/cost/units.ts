/**
 * The units that AWS meters, from the developer guides of the services.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */

/** A value in the JSON of DynamoDB: one member, which names the type. */
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
/** EventBridge and SQS count an entry or a request once for each unit of this size. */
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

/** The guide says: "approximately" a byte for two significant digits, and one more. */
function numberSize(digits: string): number {
  const significant = digits.replace(/^-|\.|e.*$/gi, '').replace(/^0+|0+$/g, '').length;
  return Math.ceil(significant / 2) + 1;
}

/** The units of one write, from the item before and after: one for each started KB of the larger item, at least one. */
export function writeUnits(before: Item | undefined, after: Item | undefined): number {
  return kilobytes(Math.max(before ? itemSize(before) : 0, after ? itemSize(after) : 0));
}

export interface Index {
  /** The attributes that an item needs for the index. */
  readonly keys: readonly string[];
  /** All attributes in the index: its keys, the keys of the table, and the projected attributes. */
  readonly attributes: readonly string[];
}

/** The cost of a write in an index: nothing if no attribute of the index changed, two writes if its key changed. */
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

/**
 * The units of one read of `bytes`: one for each started 4 KB, at least one. An eventually consistent read costs half.
 */
export function readUnits(bytes: number, consistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / (4 * KB))) * (consistent ? 1 : 0.5);
}

/** The units of an event or of a request to a queue. */
export function chunks(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / CHUNK));
}

/** The KB of a record of a stream. */
export function kilobytes(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / KB));
}

/**
 * The bytes of an event, as EventBridge counts them.
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
