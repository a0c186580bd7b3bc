/**
 * A matcher for IAM's wildcards: `*` stands for any text, also none and also with slashes and colons in it, `?` for one
 * character.
 *
 * The text between the stars is looked for from left to right and never again, so that no text, however it is made,
 * costs more than one pass for each part of the pattern: a regular expression would try all ways to share the text out.
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
