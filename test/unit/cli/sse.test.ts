import { describe, expect, it } from 'vitest';
import { readSse, type SseMessage } from '#cli/mesh/sse.ts';

function stream(...chunks: readonly (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk)));
}

async function read(body: ReadableStream<Uint8Array>, maxLength?: number): Promise<SseMessage[]> {
  const messages: SseMessage[] = [];
  for await (const message of readSse(body, maxLength)) messages.push(message);
  return messages;
}

describe('readSse', () => {
  it.each([
    ['a message', 'id: 1\ndata: a\n\n', [{ id: '1', data: 'a' }]],
    [
      'messages of one chunk',
      'id: 1\ndata: a\n\nid: 2\ndata: b\n\n',
      [
        { id: '1', data: 'a' },
        { id: '2', data: 'b' },
      ],
    ],
    [
      'the id before, where a message has none',
      'id: 1\ndata: a\n\ndata: b\n\n',
      [
        { id: '1', data: 'a' },
        { id: '1', data: 'b' },
      ],
    ],
    ['no id', 'data: a\n\n', [{ id: '', data: 'a' }]],
    ['data of several lines', 'data: a\ndata:  b\ndata\n\n', [{ id: '', data: 'a\n b\n' }]],
    [
      'all ends of lines',
      'data: a\r\n\r\ndata: b\r\rdata: c\n\n',
      [
        { id: '', data: 'a' },
        { id: '', data: 'b' },
        { id: '', data: 'c' },
      ],
    ],
    [
      'no comments and unknown fields',
      ': hello\nretry: 7\nretry: x\ncolour: red\nevent: e\ndata: a\n\n',
      [{ id: '', data: 'a' }],
    ],
    ['no message without an empty line behind it', 'data: a\n\ndata: half\n', [{ id: '', data: 'a' }]],
    ['no byte order mark', '\ufeffdata: a\n\n', [{ id: '', data: 'a' }]],
  ])('reads %s', async (_what, text, messages) => {
    expect(await read(stream(text))).toEqual(messages);
    // The same, a byte at a time: chunks end anywhere, also in a character or a CR LF.
    expect(await read(stream(...[...Buffer.from(text)].map((byte) => Buffer.of(byte))))).toEqual(messages);
  });

  it('reads characters of several bytes that chunks cut', async () => {
    const bytes = Buffer.from('data: ünïcödé 🐦\n\n');
    expect(await read(stream(...[...bytes].map((byte) => Buffer.of(byte))))).toEqual([{ id: '', data: 'ünïcödé 🐦' }]);
  });

  it.each([
    ['a line that never ends', ['data: a\n\n', 'data: 0123456789', '0123456789']],
    ['a message that never ends', ['data: a\n\n', 'data: 0123456789\n', 'data: 0123456789\n']],
    ['an unknown field that never ends', ['data: a\n\n', `x: ${'0'.repeat(20)}`]],
  ])('ends at %s, and has given what came before', async (_what, chunks) => {
    const messages: SseMessage[] = [];
    const reading = async () => {
      for await (const message of readSse(stream(...chunks), 15)) messages.push(message);
    };
    await expect(reading()).rejects.toThrow('The mesh sent an event of more than 15 characters.');
    expect(messages).toEqual([{ id: '', data: 'a' }]);
  });

  it('takes many messages that are longer than the limit only together', async () => {
    const messages = await read(stream(...Array.from({ length: 100 }, () => 'data: 0123456789\n\n')), 20);
    expect(messages).toHaveLength(100);
  });

  it('cancels the stream when the reader stops', async () => {
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Buffer.from('data: a\n\ndata: b\n\n')),
      cancel: () => {
        cancelled = true;
      },
    });
    for await (const { data } of readSse(body)) {
      expect(data).toBe('a');
      break;
    }
    expect(cancelled).toBe(true);
  });
});
