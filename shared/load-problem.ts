import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { messageOf, StarlingError } from './errors.ts';

/** Frames of Starling's own code for authors. The person's line is above them. */
const ownCode = fileURLToPath(new URL('./agent/', import.meta.url));
/** Milliseconds for a second import in a process of its own. */
const SECOND_IMPORT_MS = 10_000;

/**
 * Describes why a module cannot be imported, for the person who wrote it: `{file}:{line}: {problem} {what to do}`. The file
 * may be another one that the module imports.
 *
 * @param error the error of `import(file)`
 * @param file the absolute path of the module
 */
export async function describeLoadProblem(error: unknown, file: string): Promise<string> {
  const place = (await placeOf(error, file)) ?? file;
  const problem = firstLine(messageOf(error)).replace(/[.:]?$/, '.');
  return [`${place}:`, problem, adviceOn(error, place)].filter((part) => part !== undefined).join(' ');
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

/** The file and line that the error is about. */
async function placeOf(error: unknown, file: string): Promise<string | undefined> {
  if (!(error instanceof Error)) return undefined;
  return (
    arrowPlace(error.stack) ?? importPlace(error, file) ?? framePlace(error.stack) ?? (await syntaxPlace(error, file))
  );
}

/** Node begins the stack of an error of syntax or linking with the place: `file:///…/agent.ts:3`. */
function arrowPlace(stack: string | undefined): string | undefined {
  const [, url, line] = /^(file:\/\/\S+):(\d+)$/.exec(firstLine(stack ?? '')) ?? [];
  return url === undefined ? undefined : `${fileURLToPath(url)}:${line}`;
}

/** The innermost line of the person's own code. Frames have URLs or paths. */
function framePlace(stack: string | undefined): string | undefined {
  for (const [, where = '', line] of stack?.matchAll(/^ {4}at (?:.*[( ])?((?:file:\/\/)?\/[^\s()]+):(\d+):\d+\)?$/gm) ??
    []) {
    const file = where.startsWith('file:') ? fileURLToPath(where) : where;
    if (!file.includes('/node_modules/') && !file.startsWith(ownCode)) return `${file}:${line}`;
  }
  return undefined;
}

/** The import that names a module which cannot be had. Node gives the importing file in words, and no line. */
function importPlace(error: Error, file: string): string | undefined {
  if (!codeOf(error).startsWith('ERR_')) return undefined;
  const [, named = ''] = /['"]([^'"]+)['"]/.exec(error.message) ?? [];
  const [, importer = file] = / imported from (.+?)\.?$/m.exec(error.message) ?? [];
  const from = importer.startsWith('file:') ? fileURLToPath(importer) : importer;
  if (named === '' || !existsSync(from)) return undefined;
  const target = named.startsWith('file:') ? fileURLToPath(named) : named;
  const lines = readFileSync(from, 'utf8').split('\n');
  const at = lines.findIndex((line) =>
    specifiersIn(line).some(
      (specifier) =>
        path.resolve(path.dirname(from), specifier) === target ||
        specifier === target ||
        specifier.startsWith(`${target}/`) ||
        (specifier.startsWith('#') && path.basename(specifier) === path.basename(target)),
    ),
  );
  return at < 0 ? undefined : `${from}:${at + 1}`;
}

function specifiersIn(line: string): string[] {
  return Array.from(line.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*(['"])(.+?)\1/g), ([, , specifier = '']) => specifier);
}

/**
 * The place of an error of syntax in JavaScript. Node prints it only when the error ends a process, so another process imports
 * the module again. Such an error comes before any of the module's code runs.
 */
async function syntaxPlace(error: Error, file: string): Promise<string | undefined> {
  if (!(error instanceof SyntaxError)) return undefined;
  const script = 'await import(process.argv[1])';
  const args = ['--input-type=module', '--eval', script, pathToFileURL(file).href];
  const printed = await promisify(execFile)(process.execPath, args, { timeout: SECOND_IMPORT_MS }).then(
    () => '',
    ({ stderr = '' }: { stderr?: string }) => stderr,
  );
  const [, url, line] = /^(file:\/\/\S+):(\d+)$/m.exec(printed) ?? [];
  return url === undefined ? undefined : `${fileURLToPath(url)}:${line}`;
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** The parts of TypeScript that Node cannot run, by the words of its errors, and their replacements. */
const typescriptAdvice: readonly (readonly [RegExp, string])[] = [
  [/ enum /, "Write an object in place of the enum: const Color = { Red: 'red' } as const."],
  [/ parameter property /, 'Declare the property in the class, and assign it in the constructor.'],
  [/ namespace /, 'Write a module or an object in place of the namespace.'],
  [/ import equals /, "Write: import … from '…'."],
  [/ export assignment /, 'Write: export default ….'],
];
const stripping =
  'Node runs TypeScript by removing the types. tsc finds such places with "erasableSyntaxOnly" in tsconfig.json.';

function adviceOn(error: unknown, place: string): string | undefined {
  // The message of this error says what to do.
  if (error instanceof StarlingError) return undefined;
  const message = messageOf(error);
  switch (codeOf(error)) {
    case 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX': {
      const [, advice] = typescriptAdvice.find(([words]) => words.test(message)) ?? [];
      return advice === undefined ? stripping : `${advice} ${stripping}`;
    }
    case 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING':
      return 'Node runs no TypeScript below node_modules: build the package to JavaScript.';
    case 'ERR_MODULE_NOT_FOUND':
      return adviceOnMissing(message);
    case 'ERR_UNSUPPORTED_DIR_IMPORT':
      return 'Name a file of the folder, such as index.ts.';
    case 'ERR_IMPORT_ATTRIBUTE_MISSING':
      return "Write behind the import: with { type: 'json' }.";
    case 'ERR_PACKAGE_IMPORT_NOT_DEFINED':
      return 'Correct the import, or add the name to "imports" in package.json.';
    case 'ERR_PACKAGE_PATH_NOT_EXPORTED':
      return 'Import what the package exports: see "exports" in its package.json.';
  }
  if (/does not provide an export named/.test(message)) {
    return 'Export that name there, or correct the import. Write import type for a type.';
  }
  if (error instanceof SyntaxError) {
    return lineAt(place)?.trimStart().startsWith('@')
      ? 'Node knows no decorators: call the function that decorates.'
      : 'Correct the syntax.';
  }
  return 'The module threw this while it was imported. Work that can fail belongs into the handler.';
}

function adviceOnMissing(message: string): string {
  const [, name] = /Cannot find package '([^']+)'/.exec(message) ?? [];
  if (name !== undefined && !path.isAbsolute(name)) return `Install it (npm install ${name}), or correct the import.`;
  const [, missing = ''] = /Cannot find module '([^']+)'/.exec(message) ?? [];
  const found = [`${missing}.ts`, `${missing}.js`, missing.replace(/\.js$/, '.ts'), path.join(missing, 'index.ts')];
  const existing = found.find((each) => each !== missing && existsSync(each));
  return existing === undefined
    ? 'Create the file, or correct the import.'
    : `Write the name of the file with its ending: ${path.basename(existing)} exists.`;
}

function lineAt(place: string): string | undefined {
  const [, file = '', line] = /^(.*):(\d+)$/.exec(place) ?? [];
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n')[Number(line) - 1] : undefined;
}
