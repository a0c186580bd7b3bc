import { namingSkill } from '#shared/a2a/skill-extension.ts';
import type { Message } from '#shared/a2a/types.ts';
import { uuidv7 } from '#shared/ids.ts';
import type { CliContext } from '../context.ts';
import { UsageError } from '../errors.ts';
import { readFilePart, readJsonOption, readText, STDIN } from '../input.ts';

/** The parts of a message that the person typed. */
export interface MessageOptions {
  /** The text. Only `-`: standard input has it. */
  readonly words: readonly string[];
  /** JSON, or `@` and a file with it. */
  readonly data: readonly string[];
  readonly file?: readonly string[];
  readonly skill?: string;
  readonly params?: string;
  readonly task?: string;
  readonly context?: string;
}

/**
 * Reads the files and standard input that the options name, and makes the message.
 *
 * @throws UsageError; CliError for a file that cannot be read
 */
export async function userMessage(options: MessageOptions, context: CliContext): Promise<Message> {
  refuseTwoReaders(options);
  const { task, context: contextId } = options;
  return {
    messageId: uuidv7(context.io.clock.now()),
    role: 'ROLE_USER',
    ...(await content(options, context)),
    ...(task !== undefined && { taskId: task }),
    ...(contextId !== undefined && { contextId }),
  };
}

type Content = Pick<Message, 'parts' | 'extensions' | 'metadata'>;

async function content(options: MessageOptions, context: CliContext): Promise<Content> {
  const { words, data, file = [], skill, params } = options;
  if (skill !== undefined) {
    const others = { text: words[0], '--file': file[0], 'JSON in --data': data[0] };
    for (const [name, value] of Object.entries(others)) {
      if (value !== undefined) {
        throw new UsageError(`--skill cannot be used with ${name}. Give the input of the skill with --params.`);
      }
    }
    const example = `--params '{"location": "Seoul"}'`;
    const input = params === undefined ? {} : await readJsonOption('--params', params, example, context.io);
    return { parts: [{ data: input }], ...namingSkill(skill) };
  }
  if (params !== undefined) throw new UsageError('--params needs --skill, which names the skill.');
  return { parts: await readParts(words, data, file, context) };
}

async function readParts(
  words: readonly string[],
  data: readonly string[],
  files: readonly string[],
  context: CliContext,
): Promise<Content['parts']> {
  const { io } = context;
  const text = isStdin(words) ? await readTyped(context) : words.join(' ');
  const parts: Content['parts'][number][] = text === '' ? [] : [{ text }];
  for (const value of data) {
    parts.push({ data: await readJsonOption('--data', value, `--data '{"order": 7}'`, io) });
  }
  for (const file of files) parts.push(await readFilePart(file, io));
  if (parts.length > 0) return parts;
  if (isStdin(words)) throw new UsageError('Standard input is empty, so there is no message.');
  throw new UsageError(
    'There is no message. Write one after the agent, or - to read it from standard input. Or give --file, --data or --skill.',
  );
}

/** The text on standard input, without the line end that echo and editors add. */
async function readTyped({ io, printer }: CliContext): Promise<string> {
  if (io.stdin.isTTY) printer.note('Type the message. End it with Ctrl-D on a line of its own.');
  return (await readText(STDIN, io)).replace(/\r?\n$/, '');
}

function isStdin(words: readonly string[]): boolean {
  return words.length === 1 && words[0] === STDIN;
}

function refuseTwoReaders({ words, data, file = [], params }: MessageOptions): void {
  const inJson = [...data, ...(params === undefined ? [] : [params])].filter((value) => value === `@${STDIN}`);
  const readers = [...(isStdin(words) ? words : []), ...file.filter((name) => name === STDIN), ...inJson];
  if (readers.length > 1) throw new UsageError('Standard input can be read only once. Give - or @- only once.');
}
