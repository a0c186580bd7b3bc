import type { TaskState } from '#shared/a2a/types.ts';

/** `TASK_STATE_INPUT_REQUIRED` is `input-required` for people. */
export function stateName(state: TaskState): string {
  return state
    .replace(/^TASK_STATE_/, '')
    .toLowerCase()
    .replaceAll('_', '-');
}

/** Puts text on one line. Otherwise a stranger's text in a column could look like a line of the table. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression looks for control characters. Tab and line end stay.
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the colours that commands print (SGR).
const colour = /(\u001b\[[0-9;]{1,20}m)/;

/**
 * Replaces control characters by `�` where text goes to a terminal. An escape sequence of an agent or a producer could
 * otherwise rename the window, move the cursor over earlier lines, or type. Colours stay. Files and pipes get all text
 * unchanged.
 */
export function harmless(text: string, output: { readonly isTTY?: boolean | undefined }): string {
  if (!output.isTTY) return text;
  return text
    .split(colour)
    .map((piece, index) => (index % 2 === 1 ? piece : piece.replaceAll(control, '\ufffd')))
    .join('');
}
