import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { isObject } from '#shared/objects.ts';
import { InvalidPatternError } from './errors.ts';
import { InexactNumber } from './leaf.ts';

/** An object of a pattern's text with every key as written, also repeated keys, in the order of the text. */
class OrderedObject {
  readonly entries: readonly (readonly [string, unknown])[];

  constructor(entries: readonly (readonly [string, unknown])[]) {
    this.entries = entries;
  }
}

export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] | undefined {
  if (!isObject(value) || value instanceof InexactNumber) return undefined;
  return value instanceof OrderedObject ? value.entries : Object.entries(value);
}

/** Reads a pattern's text. It keeps what Event Ruler sees and JSON.parse drops: repeated keys and exact numbers. */
export function readPatternText(json: string): unknown {
  const plain = parsePlain(json);
  // JSON is YAML, and the YAML parser keeps source text and repeated keys. JSON.parse reads text that the YAML parser
  // cannot read (a key over 1024 characters, hundreds of levels).
  const document = parseDocument(json, { uniqueKeys: false, schema: 'json', version: '1.2' });
  return document.errors.length > 0 ? plain : fromNode(document.contents);
}

function parsePlain(json: string): unknown {
  try {
    return parseEvent(json);
  } catch (cause) {
    throw new InvalidPatternError('', 'it is not JSON; write an object such as {"detail-type": ["TaskRequested.v1"]}', {
      cause,
    });
  }
}

function fromNode(node: unknown): unknown {
  if (isMap(node))
    return new OrderedObject(node.items.map((pair) => [String(scalarValue(pair.key)), fromNode(pair.value)]));
  if (isSeq(node)) return node.items.map(fromNode);
  return scalarValue(node);
}

function scalarValue(node: unknown): unknown {
  if (!isScalar(node)) return null;
  return typeof node.value === 'number' && node.source !== undefined
    ? exactNumber(node.value, node.source)
    : node.value;
}

/** Only such a number may lose digits in a double. Plain JSON.parse reads texts without such numbers. */
const MAYBE_INEXACT = /[0-9][0-9.]{15}|[0-9][eE]/;

/**
 * Reads an event. A number that a double cannot hold exactly keeps its text (see InexactNumber). `match` also takes
 * values of JSON.parse. Then such numbers are compared after rounding, although Event Ruler tells them apart.
 *
 * @throws SyntaxError when the text is not JSON
 */
export function parseEvent(json: string): unknown {
  if (!MAYBE_INEXACT.test(json)) return JSON.parse(json);
  try {
    return JSON.parse(json, (_key: string, value: unknown, context?: { source?: string }) =>
      typeof value === 'number' && context?.source !== undefined ? exactNumber(value, context.source) : value,
    );
  } catch (error) {
    // JSON.parse with a callback needs stack for every level. Without a callback it does not.
    if (error instanceof RangeError) return JSON.parse(json);
    throw error;
  }
}

function exactNumber(value: number, source: string): number | InexactNumber {
  return Number.isFinite(value) && decimal(source) === decimal(String(value)) ? value : new InexactNumber(source);
}

/** One spelling for equal numbers: the significant digits and the power of ten. */
function decimal(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}
