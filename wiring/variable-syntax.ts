/** A place from which a variable gets its value. */
export type Source =
  | { readonly type: 'literal'; readonly value: string | number | boolean | null }
  | { readonly type: 'stage' }
  | { readonly type: 'self'; readonly keys: readonly string[] }
  | { readonly type: 'param'; readonly name: string }
  | { readonly type: 'env'; readonly name: string };

export interface Variable {
  /** The text in the file, with `${` and `}`. */
  readonly text: string;
  readonly sources: readonly Source[];
}

const known = ['sls:stage', 'opt:stage', 'self:a.b.c', 'param:name', 'env:NAME'].map((name) => `\${${name}}`);
const subset = `Standalone resolves ${known.join(', ')}, each with fallbacks such as \${env:NAME, 'text'}`;

const quoted = /'[^']*'|"[^"]*"/;
const variable = new RegExp(`\\$\\{((?:${quoted.source}|[^'"{}])*)\\}`, 'g');
/** The beginning of every osls variable. osls leaves other `${…}`, such as `${AWS::Region}`, to CloudFormation. */
const opensVariable = /\$\{[a-z][a-zA-Z0-9.-]*(?::(?!:)|\()/;
const source = new RegExp(`${quoted.source}|[^,'"]+`, 'g');

/**
 * Splits a text into its variables and the texts between them.
 *
 * @param fail throws an error for a variable outside the subset
 */
export function parseVariables(text: string, fail: (message: string) => never): (string | Variable)[] {
  const parts: (string | Variable)[] = [];
  let end = 0;
  for (const match of text.matchAll(variable)) {
    const [whole, body = ''] = match;
    if (!opensVariable.test(whole)) continue;
    if (text[match.index - 1] === '\\') fail(`the escape \\${whole} is not resolved. ${subset}.`);
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push({ text: whole, sources: splitSources(body).map((each) => parseSource(each, whole, fail)) });
    end = match.index + whole.length;
  }
  if (end < text.length) parts.push(text.slice(end));
  const left = parts.find((part) => typeof part === 'string' && opensVariable.test(part));
  if (left !== undefined) fail(`the variable in '${text}' is not resolved: it is nested or not closed. ${subset}.`);
  return parts;
}

function splitSources(body: string): string[] {
  return [...body.matchAll(source)].map(([each]) => each.trim()).filter((each) => each !== '');
}

function parseSource(text: string, whole: string, fail: (message: string) => never): Source {
  if (/^['"]/.test(text)) return { type: 'literal', value: text.slice(1, -1) };
  if (text === 'true' || text === 'false') return { type: 'literal', value: text === 'true' };
  if (text === 'null') return { type: 'literal', value: null };
  if (!Number.isNaN(Number(text))) return { type: 'literal', value: Number(text) };
  const colon = text.indexOf(':');
  const type = text.slice(0, colon);
  const address = text.slice(colon + 1).trim();
  if (text === 'sls:stage' || text === 'opt:stage') return { type: 'stage' };
  if (type === 'self' && address !== '') return { type: 'self', keys: address.split('.') };
  if (type === 'param' && address !== '') return { type: 'param', name: address };
  if (type === 'env' && address !== '') return { type: 'env', name: address };
  return fail(`${whole} is not resolved. ${subset}.`);
}
