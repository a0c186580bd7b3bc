import type { Counts } from '#tools/cost/counts.ts';

/** The counts as the file has them and the formatter wants them: each row on a line, so that a difference shows what changed. */
export function countsText(counts: Counts): string {
  const text = JSON.stringify(counts, null, 2);
  // What holds nothing but plain values goes on one line.
  const flat = text.replaceAll(
    /([{[])\n\s+([^{}[\]]*?)\n\s+([}\]])/g,
    (_, open: string, inner: string, close: string) => {
      const line = inner.replaceAll(/\n\s+/g, ' ');
      return open === '{' ? `{ ${line} }` : `[${line}${close}`;
    },
  );
  return `${flat.replaceAll(/\[\n\s+(\{ [^{}]* \})\n\s+\]/g, '[$1]')}\n`;
}
