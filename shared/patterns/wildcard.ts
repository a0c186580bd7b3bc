/** The literal parts between the `*` of a wildcard, without escapes. For an invalid text: the problem as a string. */
export function parseWildcard(text: string): readonly string[] | string {
  const parts: string[] = [];
  let part = '';
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charAt(i);
    if (char === '*') {
      if (text.charAt(i + 1) === '*') return 'two "*" in a row are not allowed; one matches any run of characters';
      parts.push(part);
      part = '';
    } else if (char === '\\') {
      i += 1;
      const escaped = text.charAt(i);
      if (escaped !== '*' && escaped !== '\\') return 'a backslash may stand only before "*" or another backslash';
      part += escaped;
    } else {
      part += char;
    }
  }
  parts.push(part);
  return parts;
}

/** A test whose time is linear in the value for every wildcard. It uses no backtracking and no regular expression. */
export function wildcardTest(parts: readonly string[]): (value: string) => boolean {
  const first = parts[0] ?? '';
  if (parts.length < 2) return (value) => value === first;
  const last = parts.at(-1) ?? '';
  const finders = parts.slice(1, -1).map(finder);
  return (value) => {
    const end = value.length - last.length;
    if (end < first.length || !value.startsWith(first) || !value.endsWith(last)) return false;
    let position = first.length;
    for (const find of finders) {
      // The leftmost match leaves the most room for later parts, so no other match needs a try.
      position = find(value, position, end);
      if (position < 0) return false;
    }
    return true;
  };
}

/**
 * Knuth, Morris and Pratt: the end of the first occurrence of `literal` within [from, end), or -1. Attack: `indexOf`
 * takes quadratic time on a hostile value, such as "aaaa…" against "aaa…b".
 */
function finder(literal: string): (value: string, from: number, end: number) => number {
  const border = borders(literal);
  return (value, from, end) => {
    let matched = 0;
    for (let i = from; i < end; i += 1) {
      const code = value.charCodeAt(i);
      while (matched > 0 && literal.charCodeAt(matched) !== code) matched = border[matched - 1] ?? 0;
      if (literal.charCodeAt(matched) === code) matched += 1;
      if (matched === literal.length) return i + 1;
    }
    return -1;
  };
}

/** For each prefix, the length of its longest proper prefix that is also its suffix. */
function borders(literal: string): Uint32Array {
  const border = new Uint32Array(literal.length);
  let length = 0;
  for (let i = 1; i < literal.length; i += 1) {
    while (length > 0 && literal[i] !== literal[length]) length = border[length - 1] ?? 0;
    if (literal[i] === literal[length]) length += 1;
    border[i] = length;
  }
  return border;
}
