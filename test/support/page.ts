/**
 * A page of the documentation that is to be executed. A `console` block is commands (`$ …`) with what they print, where
 * `…` stands for anything in its line, or for lines where it stands alone; ids and times are others each time. A block
 * behind `<!-- file: … -->` is the contents of that file.
 */
export interface Block {
  readonly line: number;
  readonly language: string;
  readonly file: string | undefined;
  readonly text: string;
}

export interface Step {
  readonly line: number;
  readonly command: string;
  readonly output: string;
}

export function blocksOf(page: string): Block[] {
  return [...page.matchAll(/(?:<!-- file: (\S+) -->\n)?```(\w+)\n([\s\S]*?)^```$/gm)].map((match) => {
    const [, file, language = '', text = ''] = match;
    return { line: page.slice(0, match.index).split('\n').length, language, file, text };
  });
}

export function stepsOf({ text, line }: Block): Step[] {
  const steps: Step[] = [];
  for (const step of text.split(/^\$ /m).slice(1)) {
    const lines = step.split('\n');
    let count = 1;
    while (isOpen(lines.slice(0, count).join('\n')) && count < lines.length) count++;
    steps.push({
      line,
      command: lines.slice(0, count).join('\n'),
      output: lines.slice(count).join('\n').trim(),
    });
  }
  return steps;
}

/** Whether a command goes on in the next line. */
function isOpen(command: string): boolean {
  return command.endsWith('\\') || /['"]/.test(command.replaceAll(/'[^']*'|"(?:\\[\s\S]|[^"\\])*"/g, ''));
}

const word = /(?:'[^']*'|"(?:\\[\s\S]|[^"\\])*"|[^\s'"])+/g;
const piece = /'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"|[^'"]+/g;

/** The words of a command, as a shell would split them. */
export function wordsOf(command: string, variables: ReadonlyMap<string, string>): string[] {
  const expand = (text: string) => text.replaceAll(/\$([A-Z]+)/g, (_, name: string) => variables.get(name) ?? '');
  const words = command.replaceAll('\\\n', ' ').match(word) ?? [];
  return words.map((text) =>
    text.replaceAll(
      piece,
      (bare: string, single?: string, double?: string) =>
        single ?? expand(double === undefined ? bare : double.replaceAll(/\\([\s\S])/g, '$1')),
    ),
  );
}

export const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const lines = /(?<=^[ \t]*)…$/;
const clock = /\b\d\d:\d\d:\d\d(?:\.\d{3})?\b/;
/** The end of an id, by which the event tail tells tasks apart. */
const shortId = /\b[0-9a-f]{8}\b/;
const varying = new RegExp(`(${[lines, /…/, uuid, shortId, clock].map(({ source }) => source).join('|')})`, 'gm');

/** What an output has to look like, and the ids of the page that its groups stand for. `known` are ids seen before. */
export function patternOf(output: string, known: ReadonlyMap<string, string>): { pattern: RegExp; ids: string[] } {
  const ids: string[] = [];
  let pattern = '';
  let end = 0;
  for (const { 0: text, index } of output.matchAll(varying)) {
    const before = output.slice(end, index);
    end = index + text.length;
    const alone = /(?:^|\n)[ \t]*$/.test(output.slice(0, index)) && /^(?:\n|$)/.test(output.slice(end));
    pattern += literal(before) + (text === '…' ? (alone ? '[\\s\\S]*?' : '.*?') : variant(text));
  }
  return { pattern: new RegExp(`^${pattern}${literal(output.slice(end))}$`), ids };

  function variant(text: string): string {
    if (text.includes(':')) return literal(text).replaceAll(/\d/g, '\\d');
    const id = known.get(text);
    if (id !== undefined || text.length === 8) return literal(id ?? text);
    if (ids.includes(text)) return `\\${ids.indexOf(text) + 1}`;
    ids.push(text);
    return `(${uuid.source})`;
  }
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
