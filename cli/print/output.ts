/** All that commands print goes through here. */

/** Writes text as it is, without a line end. */
export function write(text: string): void {
  process.stdout.write(harmless(text, process.stdout));
}

/** Writes a line to stdout: what the command was called for. */
export function print(line: string): void {
  write(`${line}\n`);
}

/** Writes a line to stderr: what a person should know and a script should not read. */
export function note(line: string): void {
  process.stderr.write(`${harmless(line, process.stderr)}\n`);
}

/** One document for `--json`. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, 2));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for. Tab and line end are none of them.
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours of our own (SGR).
const colour = /(\u001b\[[0-9;]{1,20}m)/;

/**
 * What agents and producers say reaches a terminal only as text: an escape sequence in it could rename the window, move
 * the cursor over what was printed before, or type. Colours are let through. Files and pipes get everything as it is.
 */
export function harmless(text: string, stream: { readonly isTTY?: boolean }): string {
  if (!stream.isTTY) return text;
  return text
    .split(colour)
    .map((piece, index) => (index % 2 === 1 ? piece : piece.replaceAll(control, '\ufffd')))
    .join('');
}
