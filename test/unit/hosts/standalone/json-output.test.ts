import { expect, it } from 'vitest';
import { keepOutputJson } from '#hosts/standalone/json-output.ts';
import { createLogger } from '#shared/telemetry/powertools-logger.ts';

/** Standard output after `keepOutputJson`, the logger of the process, and what was written in fact. */
function output() {
  let written = '';
  const stdout = {
    write(text: string) {
      written += text;
      return true;
    },
  } as unknown as NodeJS.WriteStream;
  const write = keepOutputJson(stdout, () => log);
  const log = createLogger({ level: 'INFO', format: 'json', service: 'starling', write });
  const lines = () =>
    written
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  return { stdout, log, lines };
}

it('makes log lines of lines that are no JSON, and redacts them', () => {
  const { stdout, lines } = output();
  stdout.write('two lines\npassword=hunter2\n');
  stdout.write(Buffer.from('in '));
  stdout.write('pieces\n\n');
  expect(lines()).toMatchObject([
    { level: 'INFO', message: 'two lines', origin: 'stdout' },
    { message: expect.not.stringContaining('hunter2') },
    { message: 'in pieces' },
  ]);
});

it('leaves JSON as it is, with the lines of the logger', () => {
  const { stdout, log, lines } = output();
  stdout.write('{"mine":1}\n');
  log.warn('hello');
  expect(lines()).toMatchObject([{ mine: 1 }, { level: 'WARN', message: 'hello' }]);
});

it('keeps no endless line, and calls back', async () => {
  const { stdout, lines } = output();
  await new Promise<void>((resolve) => stdout.write('x'.repeat(100_000), () => resolve()));
  expect(lines().length).toBeGreaterThan(5);
  await new Promise<void>((resolve) => stdout.write('y\n', 'utf8', () => resolve()));
  expect(lines().at(-1).message).toMatch(/y$/);
});
