import { expect, it } from 'vitest';
import { sseResponse } from '#services/gateway/sse.ts';

it('writes each event in one line for every client', async () => {
  const value = { text: 'a\u2028b\u2029c\u0085d\re\nf\v\f\x1c\x1d\x1e', '\u2028': 'é 안녕' };
  const data = `{\r\n"whole":\r${JSON.stringify(value)}\n}`;
  async function* source() {
    yield { id: '1', data };
  }
  const text = await sseResponse(source(), { gone: () => {}, allowance: undefined }).text();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the ends of lines of Python's str.splitlines
  const lines = text.split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/);
  expect(lines).toEqual(['id: 1', expect.stringMatching(/^data: /), '', '']);
  expect(JSON.parse(lines[1]?.slice('data: '.length) ?? '')).toEqual({ whole: value });
});
