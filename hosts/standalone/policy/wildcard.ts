/**
 * A matcher for IAM's wildcards. `*` matches any text: an empty text too, and slashes and colons. `?` matches one character.
 *
 * The matcher looks for each part between the stars once, from left to right. An attacker's text therefore costs at most one
 * pass per part. A regular expression could backtrack for a very long time.
 */
export function compileWildcard(pattern: string): (text: string) => boolean {
  const [head = '', ...rest] = pattern.replace(/\*+/g, '*').split('*');
  const tail = rest.pop();
  if (tail === undefined) return (text) => text.length === head.length && partAt(head, text, 0);
  const middle = rest.filter((part) => part !== '');
  const fixed = head.length + tail.length;

  return (text) => {
    if (text.length < fixed || !partAt(head, text, 0) || !partAt(tail, text, text.length - tail.length)) return false;
    const end = text.length - tail.length;
    let at = head.length;
    for (const part of middle) {
      const found = find(part, text, at, end);
      if (found < 0) return false;
      at = found + part.length;
    }
    return true;
  };
}

/** Whether the pattern is plain text. */
export function isExact(pattern: string): boolean {
  return !/[*?]/.test(pattern);
}

function find(part: string, text: string, from: number, end: number): number {
  if (!part.includes('?')) {
    const found = text.indexOf(part, from);
    return found >= 0 && found + part.length <= end ? found : -1;
  }
  for (let at = from; at + part.length <= end; at++) if (partAt(part, text, at)) return at;
  return -1;
}

function partAt(part: string, text: string, at: number): boolean {
  if (!part.includes('?')) return text.startsWith(part, at);
  for (let i = 0; i < part.length; i++) if (part[i] !== '?' && part[i] !== text[at + i]) return false;
  return true;
}
