import { endOfString, InexactNumber } from '#shared/exact-json.ts';

/** The id of a request as `JSON.stringify` writes it back: a number has the spelling of the client. */
export type RequestId = string | number | object | null;

/** Every event of a stream repeats the id, so a long id takes memory without bound. */
const MAX_ID_LENGTH = 256;

/** The message is for the client. */
export class InvalidIdError extends Error {}

/**
 * The id of a request, which comes back as it came: `1.0` and 9007199254740993 keep their spelling.
 *
 * @param text the JSON text of the request
 * @param id the id as it was parsed from the text
 * @throws InvalidIdError
 */
export function readId(text: string, id: unknown): RequestId {
  if (id === null) return id;
  if (typeof id === 'string') {
    if (id.length > MAX_ID_LENGTH && Array.from(id.slice(0, 2 * MAX_ID_LENGTH + 1)).length > MAX_ID_LENGTH)
      throw tooLong();
    return id;
  }
  if (typeof id !== 'number' && !(id instanceof InexactNumber)) {
    throw new InvalidIdError('id is missing or neither a string nor a number: every call here has an answer.');
  }
  if (typeof id === 'number' && isPlain(text, id)) return id;
  const literal = topLevelLiteral(text, 'id');
  if (literal.length > MAX_ID_LENGTH) throw tooLong();
  if (!Number.isFinite(Number(literal))) {
    throw new InvalidIdError(`id is the number ${literal}, which is too large for readers of JSON. Send a string.`);
  }
  return JSON.rawJSON(literal);
}

function tooLong(): InvalidIdError {
  return new InvalidIdError(`id is longer than ${MAX_ID_LENGTH} characters. Send a shorter one.`);
}

const NAME = '"id"';

/** Whether each number under a name `id` in the text is spelled as JavaScript writes this one. */
function isPlain(text: string, id: number): boolean {
  const plain = String(id);
  let found = false;
  for (let at = text.indexOf(NAME); at !== -1; at = text.indexOf(NAME, at + NAME.length)) {
    let begin = at + NAME.length;
    while (/[\s:]/.test(text.charAt(begin))) begin++;
    if (!/[-\d]/.test(text.charAt(begin))) continue;
    if (!text.startsWith(plain, begin) || /[\d.eE]/.test(text.charAt(begin + plain.length))) return false;
    found = true;
  }
  return found;
}

/**
 * The literal of a number in the outermost object. JSON.parse gives no spelling, and with a callback it takes seconds for the
 * largest body.
 *
 * @param json valid JSON: an object that has such a member
 */
function topLevelLiteral(json: string, name: string): string {
  let literal = '';
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    else if (character === '"') {
      const end = endOfString(json, at);
      // The last of several members with one name counts. The name may be spelled with escapes.
      const found =
        depth === 1 && JSON.parse(json.slice(at, end)) === name ? /^\s*:\s*([^\s,}]+)/.exec(json.slice(end)) : null;
      literal = found?.[1] ?? literal;
      at = end - 1;
    }
  }
  return literal;
}
