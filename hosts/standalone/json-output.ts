import type { Logger } from '#shared/telemetry/logger.ts';

/** Characters of a line. A longer text without a line end becomes several log lines. */
const MAX_LINE_LENGTH = 16_384;

/**
 * Makes a log line of each line that other code writes to standard output, such as `console.log` in an agent. Lines that are
 * JSON stay as they are.
 *
 * @returns the way to standard output for the logger
 */
export function keepOutputJson(stdout: NodeJS.WriteStream, log: () => Logger): (line: string) => void {
  const write = stdout.write.bind(stdout);
  let begun = '';
  const take = (line: string) => {
    if (line.trim() === '') return;
    if (isJson(line)) write(`${line}\n`);
    else log().info(line, { origin: 'stdout' });
  };
  stdout.write = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown) => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const lines = (begun + text).split('\n');
    begun = lines.pop() ?? '';
    for (const line of lines) take(line);
    while (begun.length > MAX_LINE_LENGTH) {
      take(begun.slice(0, MAX_LINE_LENGTH));
      begun = begun.slice(MAX_LINE_LENGTH);
    }
    const done = typeof encoding === 'function' ? encoding : callback;
    if (typeof done === 'function') process.nextTick(done);
    return true;
  };
  return (line) => void write(line);
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
