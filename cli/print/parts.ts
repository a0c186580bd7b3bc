import type { Part } from '#shared/a2a/types.ts';

/**
 * Parts as text. Neighbouring texts are joined without a space, because an artifact that grew chunk by chunk has one part
 * for each chunk. Every other part gets lines of its own.
 */
export function partsText(parts: readonly Part[]): string {
  let text = '';
  let before: Part | undefined;
  for (const part of parts) {
    const joined = before === undefined || (isText(before) && isText(part)) || text.endsWith('\n');
    text += (joined ? '' : '\n') + partText(part);
    before = part;
  }
  return text;
}

export function isText(part: Part): boolean {
  return 'text' in part;
}

export function partText(part: Part): string {
  if ('text' in part) return part.text;
  if ('data' in part) return JSON.stringify(part.data, undefined, 2);
  if ('url' in part) return part.url;
  const bytes = Buffer.from(part.raw, 'base64').length;
  return `(${part.filename ?? 'a file'}${part.mediaType ? `, ${part.mediaType}` : ''}, ${bytes} bytes: see --json)`;
}
