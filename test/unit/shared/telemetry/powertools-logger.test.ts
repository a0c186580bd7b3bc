import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLogger, type LoggerOptions } from '#shared/telemetry/powertools-logger.ts';
import { REDACTED } from '#shared/telemetry/secret-forms.ts';

function lines(options: Partial<LoggerOptions> = {}) {
  const written: string[] = [];
  const write = (line: string) => void written.push(line);
  return { written, log: createLogger({ level: 'INFO', format: 'json', service: 'starling', write, ...options }) };
}

const ids = { taskId: 't1', correlationId: 'c1', traceId: 'x1', agentId: 'echo' };

afterEach(() => vi.unstubAllEnvs());

describe('createLogger, json', () => {
  it('writes one JSON object a line, with the ids on top', () => {
    const { written, log } = lines();
    log.info('done', { ...ids, attempt: 2 });
    log.warn('second\nline');
    expect(written).toHaveLength(2);
    expect(JSON.parse(written[0] ?? '')).toMatchObject({
      level: 'INFO',
      message: 'done',
      service: 'starling',
      ...ids,
      attempt: 2,
    });
    expect(new Date(JSON.parse(written[0] ?? '').timestamp).getTime()).not.toBeNaN();
    for (const line of written) expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(JSON.parse(written[1] ?? '')).toMatchObject({ level: 'WARN', message: 'second\nline' });
  });

  it('gives an error with its code and cause', () => {
    const { written, log } = lines();
    const cause = new TypeError('inner');
    log.error('failed', {
      ...ids,
      error: Object.assign(new Error('outer', { cause }), { code: 'OUTER', request: { body: 'x' } }),
    });
    expect(JSON.parse(written[0] ?? '').error).toEqual({
      name: 'Error',
      message: 'outer',
      code: 'OUTER',
      stack: expect.stringMatching(/^Error: outer\n {4}at /),
      cause: { name: 'TypeError', message: 'inner', stack: expect.any(String) },
    });
  });

  it('keeps a field whose name is its own under another', () => {
    const { written, log } = lines();
    log.info('real', { message: 'forged', level: 'DEBUG', service: 'other', timestamp: 'never' });
    expect(written).toHaveLength(1);
    expect(JSON.parse(written[0] ?? '')).toMatchObject({
      message: 'real',
      level: 'INFO',
      service: 'starling',
      message_: 'forged',
      level_: 'DEBUG',
      service_: 'other',
      timestamp_: 'never',
    });
  });

  it('escapes what a terminal would obey', () => {
    const { written, log } = lines();
    log.info('a\u009b2Jb\u202ec');
    expect(written[0]).toContain('a\\u009b2Jb\\u202ec');
    expect(JSON.parse(written[0] ?? '').message).toBe('a\u009b2Jb\u202ec');
  });

  it("follows the function's log level where Lambda sets one, and says so once", () => {
    vi.stubEnv('AWS_LAMBDA_LOG_LEVEL', 'WARN');
    const { written, log } = lines({ level: 'DEBUG' });
    log.info('quiet');
    log.warn('loud');
    expect(written.map((line) => JSON.parse(line).message)).toEqual([
      expect.stringContaining('Advanced Logging Controls'),
      'loud',
    ]);
  });

  it("keeps to its own level where the function's log level lets more through", () => {
    vi.stubEnv('AWS_LAMBDA_LOG_LEVEL', 'DEBUG');
    const { written, log } = lines({ level: 'WARN' });
    log.info('quiet');
    log.warn('loud');
    expect(written.map((line) => JSON.parse(line).message)).toEqual(['loud']);
  });
});

describe.each(['json', 'pretty'] as const)('createLogger, %s', (format) => {
  it.each([
    ['DEBUG', ['debug', 'info', 'warn', 'error']],
    ['INFO', ['info', 'warn', 'error']],
    ['WARN', ['warn', 'error']],
    ['ERROR', ['error']],
  ] as const)('writes from level %s on', (level, expected) => {
    const { written, log } = lines({ format, level });
    for (const each of ['debug', 'info', 'warn', 'error'] as const) log[each](`at ${each}`);
    expect(written.map((line) => /at (\w+)/.exec(line)?.[1])).toEqual(expected);
  });

  it('does not look at the fields of a line that is not written', () => {
    const { log } = lines({ format });
    const fields = { taskId: 't1' };
    const looked = vi.fn(() => 'x');
    Object.defineProperty(fields, 'costly', { enumerable: true, get: looked });
    log.debug('m', fields);
    expect(looked).not.toHaveBeenCalled();
  });

  it('shows no secret, in the message or in the fields', () => {
    const { written, log } = lines({ format });
    log.warn('refused eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhcHAifQ.c2ln', {
      headers: { Authorization: 'hush' },
      clientSecret: 'hush',
    });
    expect(written.join('')).not.toMatch(/hush|eyJ/);
    expect(written.join('').split(REDACTED)).toHaveLength(4);
  });

  it('does not write to a console of its own', () => {
    const { written, log } = lines({ format });
    const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    log.info('a');
    log.error('b', { error: new Error('c') });
    const direct = [...out.mock.calls, ...err.mock.calls];
    vi.restoreAllMocks();
    expect(direct).toEqual([]);
    expect(written).toHaveLength(2);
  });

  it('writes to standard output when no other place is given', () => {
    const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    createLogger({ level: 'INFO', format, service: 'starling', color: false }).info('hello', { n: 1 });
    const text = out.mock.calls.map(([chunk]) => String(chunk)).join('');
    vi.restoreAllMocks();
    expect(text).toMatch(/hello.*n"?[=:]1/);
  });
});

describe('createLogger, pretty', () => {
  it('is a line to read, and has no colour where it is written to a file', () => {
    const { written, log } = lines({ format: 'pretty' });
    log.info('the mesh is ready', { port: 4280 });
    expect(written[0]).toMatch(/^\d\d:\d\d:\d\d INFO {2}the mesh is ready {2}port=4280\n$/);
  });
});
