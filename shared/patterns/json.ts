import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { numberOf, parseJson } from '#shared/exact-json.ts';
import { isObject } from '#shared/objects.ts';
import { InvalidPatternError } from './errors.ts';

/** An object of a pattern's text with every key as written, also repeated keys, in the order of the text. */
class OrderedObject {
  readonly entries: readonly (readonly [string, unknown])[];

  constructor(entries: readonly (readonly [string, unknown])[]) {
    this.entries = entries;
  }
}

export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] | undefined {
  if (!isObject(value)) return undefined;
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
    return parseJson(json);
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
  return typeof node.value === 'number' && node.source !== undefined ? numberOf(node.source) : node.value;
}
