import type { Language } from './languages.ts';

/** Characters that no source file of every language may have, or that end a line in only some of them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression looks for control characters.
const unfit = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]/g;

const plain = (text: string) => text.replaceAll(/\r\n?/g, '\n').replaceAll(unfit, ' ');

/** A description as it may stand in the comments of a language. The check of schemas refuses the end of a comment in it. */
export const descriptionFor: Readonly<Record<Language, (text: string) => string>> = {
  typescript: plain,
  go: plain,
  // In Java, a backslash before a u begins a character, also in a comment; an @ at the beginning of a line is a tag of Javadoc.
  java: (text) =>
    plain(text)
      .replaceAll(/\\(?=u)/g, '&#92;')
      .replaceAll(/^(\s*)@/gm, '$1&#64;'),
  // Comments are strings in Python.
  python: (text) =>
    plain(text)
      .replaceAll('\\', '\\\\')
      .replaceAll(/"(?="")|"$/g, '\\"'),
};
