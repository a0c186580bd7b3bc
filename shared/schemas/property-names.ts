/** The characters of a property's name that tags in Go, annotations in Java and keys in Python and TypeScript all carry. */
const portable = /^[A-Za-z0-9_.$@:-]*[A-Za-z0-9][A-Za-z0-9_.$@:-]*$/;

/** Why the name of a property cannot become a field in every language. Undefined: it can. */
export function nameProblem(name: string): string | undefined {
  if (!portable.test(name)) {
    return `The property ${JSON.stringify(name)} needs another name: Go, Java and Python cannot all carry it. Use ASCII letters, digits, and _ - . $ @ :, with at least one letter or digit.`;
  }
  // JavaScript sets the prototype of an object by this name.
  if (name === '__proto__') return 'The property __proto__ needs another name: JavaScript would lose it.';
  return undefined;
}

/** Pairs of names that become one name in a language, which writes names without punctuation and with letters of its own case. */
export function collidingNames(names: readonly string[]): readonly (readonly [string, string])[] {
  const known = new Map<string, string>();
  const pairs: (readonly [string, string])[] = [];
  for (const name of names) {
    const bare = name.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase();
    const other = known.get(bare);
    if (other === undefined) known.set(bare, name);
    else pairs.push([other, name]);
  }
  return pairs;
}
