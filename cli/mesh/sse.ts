import { createParser, type ParseError } from 'eventsource-parser';
import { CliError } from '../errors.ts';

export interface SseMessage {
  /** The id that the stream set last. A client sends it back to resume the stream behind this message. */
  readonly id: string;
  readonly data: string;
}

/**
 * Characters of one message. The largest message is a whole task with its artifacts. Without a limit, a server that never
 * ends a line takes all memory.
 */
const MAX_MESSAGE_LENGTH = 64 * 1024 * 1024;

/**
 * Reads server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). It ignores a message that
 * the stream does not end with an empty line.
 *
 * @throws CliError when a message is longer than `maxLength` characters
 */
export async function* readSse(
  body: ReadableStream<Uint8Array>,
  maxLength: number = MAX_MESSAGE_LENGTH,
): AsyncIterable<SseMessage> {
  let id = '';
  let messages: SseMessage[] = [];
  let tooLong: ParseError | undefined;
  const parser = createParser({
    maxBufferSize: maxLength,
    onEvent: (event) => {
      id = event.id ?? id;
      messages.push({ id, data: event.data });
    },
    onError: (error) => {
      // The standard says to ignore unknown fields, the other kind of error.
      if (error.type === 'max-buffer-size-exceeded') tooLong = error;
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* messages;
    messages = [];
    if (tooLong !== undefined) {
      throw new CliError(
        'ANSWER_TOO_LARGE',
        `The mesh sent an event of more than ${maxLength} characters. The command cannot read it.`,
        { cause: tooLong },
      );
    }
  }
}
