import { StarlingError } from './errors.ts';

// ECMAScript's "JSON.parse source text access". Node has it; TypeScript's libraries do not describe it yet.
declare global {
  interface JSON {
    rawJSON(text: string): object;
  }
}

/** Code computed with a number that a JavaScript number cannot hold. The text is for the client that sent the number. */
export class InexactNumberError extends StarlingError {
  constructor(digits: string) {
    super(
      'INEXACT_NUMBER',
      `The number ${digits.slice(0, 40)} has more digits than the agent can compute with. Send fewer digits, or send it as a string.`,
    );
  }
}

/**
 * A number with more digits than a double can hold, such as 12345678901234567890. `JSON.stringify` writes all digits.
 * `String(number)` gives them as text, for `BigInt` and for libraries of decimals.
 *
 * Arithmetic takes such a number only where 17 digits are enough to tell it from its neighbours, as for 0.10000000000000001.
 * Otherwise it throws InexactNumberError, so that no result is silently wrong.
 */
export class InexactNumber {
  /** The number in the digits of JSON. */
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }

  toString(): string {
    return this.digits;
  }

  toJSON(): object {
    return JSON.rawJSON(this.digits);
  }

  [Symbol.toPrimitive](hint: string): string | number {
    if (hint === 'string') return this.digits;
    const nearest = Number(this.digits);
    if (!Number.isFinite(nearest) || decimal(nearest.toPrecision(17)) !== decimal(this.digits)) {
      throw new InexactNumberError(this.digits);
    }
    return nearest;
  }
}

/** Only a text with such a number may lose digits. The number stands outside of strings in most texts that match. */
const MAY_BE_INEXACT = /[[:,]\s*-?(?:[\d.]{16}|\d+\.?\d*[eE])/;

/**
 * Reads JSON without loss of digits: a number that a double cannot hold exactly becomes an InexactNumber. Every other value is
 * as `JSON.parse` gives it.
 *
 * @example
 * JSON.stringify(parseJson('{"id":12345678901234567890}')); // {"id":12345678901234567890}
 *
 * @throws SyntaxError when the text is not JSON
 */
export function parseJson(json: string): unknown {
  return parseKnowing(json).value;
}

/** The same, and whether the text may have an inexact number. Most texts have none, which spares their reader a search. */
export function parseKnowing(json: string): { readonly value: unknown; readonly mayBeInexact: boolean } {
  const value: unknown = JSON.parse(json);
  if (typeof value !== 'number' && !MAY_BE_INEXACT.test(json)) return { value, mayBeInexact: false };
  return { value: marking(json, value, LONG, (literal) => typeof numberOf(literal) === 'object'), mayBeInexact: true };
}

/**
 * The same for a text that is written again as it was: a number such as 1.10, which JavaScript spells differently, becomes an
 * InexactNumber too.
 *
 * @example
 * JSON.stringify(parseSpelled('{"price":1.10}')); // {"price":1.10}
 */
export function parseSpelled(json: string): unknown {
  return marking(json, JSON.parse(json), ANY, (literal) => String(Number(literal)) !== literal);
}

/** The number of a JSON literal. */
export function numberOf(literal: string): number | InexactNumber {
  const nearest = Number(literal);
  return Number.isFinite(nearest) && decimal(literal) === decimal(String(nearest))
    ? nearest
    : new InexactNumber(literal);
}

/** A value of `parseJson` with plain numbers, rounded where they are inexact. It is the value itself if no number is inexact. */
export function rounded(value: unknown): unknown {
  const waiting = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next instanceof InexactNumber) return JSON.parse(JSON.stringify(value));
    if (typeof next !== 'object' || next === null) continue;
    for (const member of Object.values(next)) if (typeof member === 'object') waiting.push(member);
  }
  return value;
}

/** `object` as JSON with one more member at its end. The value of that member is already JSON text. */
export function withMember(object: object, name: string, json: string): string {
  const text = JSON.stringify(object);
  return `${text.slice(0, -1)}${text === '{}' ? '' : ','}${JSON.stringify(name)}:${json}}`;
}

/** No sender of JSON can know this text, so no string of theirs begins with it. */
const MARK = `number:${crypto.randomUUID()}:`;
const ANY = /-?\d[\d.]*(?:[eE][+-]?\d+)?/g;
/** A literal that may be inexact: at least 16 digits and points, or an exponent. */
const LONG = /-?\d(?:[\d.]{15,}|[\d.]*(?=[eE]))(?:[eE][+-]?\d+)?/g;

/**
 * The value of a JSON text with an InexactNumber for each literal that `keep` wants to keep. `JSON.parse` with a callback would
 * give the literals too, but it takes 10 to 20 times as long as this: seconds for the largest body.
 *
 * @param value the plain value of the text
 */
function marking(json: string, value: unknown, literals: RegExp, keep: (literal: string) => boolean): unknown {
  let marked = '';
  let copied = 0;
  for (let at = 0; at < json.length; ) {
    const quote = json.indexOf('"', at);
    const end = quote === -1 ? json.length : quote;
    // Most pieces between strings are a colon or a comma.
    for (const { 0: literal, index } of end - at < 2 ? [] : json.slice(at, end).matchAll(literals)) {
      if (!keep(literal)) continue;
      marked += `${json.slice(copied, at + index)}"${MARK}${literal}"`;
      copied = at + index + literal.length;
    }
    at = quote === -1 ? end : endOfString(json, quote);
  }
  return copied === 0 ? value : unmark(JSON.parse(marked + json.slice(copied)));
}

/** The position behind a string that begins at `quote`. */
export function endOfString(json: string, quote: number): number {
  for (let end = json.indexOf('"', quote + 1); ; end = json.indexOf('"', end + 1)) {
    let escapes = 0;
    while (json[end - 1 - escapes] === '\\') escapes++;
    if (escapes % 2 === 0) return end + 1;
  }
}

/** Replaces marked strings by their numbers. It uses no recursion, because foreign JSON is nested deeply. */
function unmark(value: unknown): unknown {
  const root = [value];
  const waiting: object[] = [root];
  const replaced = (member: unknown): InexactNumber | undefined => {
    if (typeof member === 'object' && member !== null) waiting.push(member);
    return typeof member === 'string' && member.startsWith(MARK)
      ? new InexactNumber(member.slice(MARK.length))
      : undefined;
  };
  for (let holder = waiting.pop(); holder !== undefined; holder = waiting.pop()) {
    if (Array.isArray(holder)) {
      for (let at = 0; at < holder.length; at++) holder[at] = replaced(holder[at]) ?? holder[at];
      continue;
    }
    for (const [name, member] of Object.entries(holder)) {
      const number = replaced(member);
      // An assignment to __proto__ would change the prototype.
      if (number !== undefined) Object.defineProperty(holder, name, { value: number });
    }
  }
  return root[0];
}

/** One spelling for equal numbers: the significant digits and the power of ten. */
function decimal(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = whole + fraction;
  let from = 0;
  while (digits[from] === '0') from++;
  // A loop, because /0+$/ takes quadratic time for a number with a long row of zeros inside.
  let to = digits.length;
  while (to > from && digits[to - 1] === '0') to--;
  if (from === to) return '0';
  return `${sign}${digits.slice(from, to)}e${Number(exponent) - fraction.length + digits.length - to}`;
}
