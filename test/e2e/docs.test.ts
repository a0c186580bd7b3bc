import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseDocument } from 'yaml';
import { A2AError, type A2AErrorReason } from '#shared/a2a/errors.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';
import type { Mesh } from '#test/support/mesh.ts';
import { type Block, blocksOf, patternOf, type Step, stepsOf, uuid, wordsOf } from '#test/support/page.ts';

/** The pages whose commands are run here, and compared with what the pages say. */
const pages = [
  ...['README.md', 'docs/build-an-agent.md', 'docs/cli.md', 'docs/operate.md'],
  ...['docs/concepts/a2a.md', 'docs/concepts/tasks.md', 'docs/concepts/events.md', 'docs/concepts/telemetry.md'],
];
/** The agents of the project as it comes: the pages know of no others. */
const exampleAgents = ['echo', 'calculator', 'weather'];
/** Where the mesh of the pages is. */
const address = '127.0.0.1:4280';
const patience = { timeout: 15_000, interval: 50 };

const root = path.resolve(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(path.join(root, name), 'utf8');
const copied = [
  'adapters',
  'agents',
  'bin',
  'cli',
  'deployment',
  'hosts',
  'services',
  'shared',
  'test/fixtures',
  'test/support',
  'tools',
  'wiring',
  'package.json',
];
const configs = ['.gitignore', 'biome.json', 'tsconfig.json', 'vitest.config.ts'];
const commands: Readonly<Record<string, string>> = {
  starling: 'bin/starling.js',
  vitest: 'node_modules/vitest/vitest.mjs',
  tsc: 'node_modules/typescript/bin/tsc',
  biome: 'node_modules/@biomejs/biome/bin/biome',
};

/** The project in a folder of its own, with the files of a page: what the page does cannot touch the tree. */
class Project {
  readonly folder = temporaryFolder();
  readonly #variables = new Map<string, string>();
  /** The ids on the page, and what they are this time. */
  readonly #ids = new Map<string, string>();
  #mesh: Mesh | undefined;

  constructor(files: readonly Block[]) {
    for (const name of [...copied, ...configs]) {
      cpSync(path.join(root, name), path.join(this.folder, name), { recursive: true });
    }
    symlinkSync(path.join(root, 'node_modules'), path.join(this.folder, 'node_modules'));
    const wiring = files.filter(({ file }) => file === 'serverless.yml').map(({ text }) => text);
    writeFileSync(path.join(this.folder, 'serverless.yml'), wiringWith(wiring));
    for (const { file, text } of files) {
      if (file === undefined || file === 'serverless.yml') continue;
      mkdirSync(path.dirname(path.join(this.folder, file)), { recursive: true });
      writeFileSync(path.join(this.folder, file), text);
    }
  }

  async start(): Promise<void> {
    // The copy's own: it starts the mesh where it lies itself.
    const copy = (await import(path.join(this.folder, 'test/support/mesh.ts'))) as { Mesh: typeof Mesh };
    this.#mesh = await copy.Mesh.start({ env: { STARLING_LOG: 'pretty' } });
  }

  async stop(): Promise<void> {
    await this.#mesh?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs a command of the page, and fails when it prints anything else than the page says. */
  async check({ command, output }: Step): Promise<void> {
    if (command === 'npm start') return vi.waitFor(() => this.#compare(output, this.#running.output), patience);
    const here = this.#translated(command);
    const [, name, inner] = /^([A-Z]+)=\$\((.*)\)$/.exec(here) ?? [];
    const words = wordsOf(inner ?? here, this.#variables);
    if (words.join(' ').startsWith('npx starling events tail')) return this.#tail(words, output);
    const printed = words[0] === 'curl' ? await curl(words.slice(1)) : await this.run(words);
    if (name === undefined) this.#compare(output, printed);
    else this.#variables.set(name, printed.trim());
  }

  /** Runs a command that npx would find, and gives what it printed. */
  run(words: readonly string[]): Promise<string> {
    return this.#spawn(words).ended;
  }

  get #running(): Mesh {
    if (this.#mesh === undefined) throw new Error('the mesh was not started');
    return this.#mesh;
  }

  /** A tail does not end by itself: it goes on until it has printed what the page says. */
  async #tail(words: readonly string[], output: string): Promise<void> {
    const { child, printed, ended } = this.#spawn(words);
    try {
      await vi.waitFor(() => this.#compare(output, printed()), patience);
    } finally {
      child.kill('SIGINT');
      await ended;
    }
  }

  #spawn(words: readonly string[]): { child: ChildProcess; printed: () => string; ended: Promise<string> } {
    const [npx, command = '', ...rest] = words;
    const file = commands[command];
    if (npx !== 'npx' || file === undefined) throw new Error(`this test cannot run: ${words.join(' ')}`);
    const { VITEST: _, ...env } = process.env;
    // A mesh that the command itself starts must not take them for its own.
    const own = command === 'starling' && { STARLING_URL: this.#running.url, STARLING_DATA: this.#running.data };
    const child = spawn(process.execPath, [file, ...rest], {
      cwd: this.folder,
      env: { ...env, NO_COLOR: '1', ...own },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const printed = () => output + errors;
    return { child, printed, ended: new Promise((resolve) => child.once('close', () => resolve(printed()))) };
  }

  /** The page's text with this mesh's address, and with the ids that the page's stand for. */
  #translated(text: string): string {
    const ids = text.replaceAll(uuid, (id) => this.#ids.get(id) ?? `${id} (which the page has not shown before)`);
    return ids.replaceAll(address, new URL(this.#running.url).host);
  }

  #compare(expected: string, printed: string): void {
    const { url, data } = this.#running;
    // The mesh of the pages is the default one, so commands that messages print need no options there.
    const shown = printed.replaceAll(` --url ${url} --data ${data}`, '').replaceAll(new URL(url).host, address).trim();
    const { pattern, ids } = patternOf(expected, this.#ids);
    const found = pattern.exec(shown);
    if (found === null) expect(shown).toBe(expected);
    for (const [index, id] of ids.entries()) {
      const actual = found?.[index + 1] ?? '';
      this.#ids.set(id, actual).set(id.slice(-8), actual.slice(-8));
    }
  }
}

/** The project's serverless.yml as it comes, with the lines of a page at the end of its functions. */
function wiringWith(lines: readonly string[]): string {
  const document = parseDocument(read('serverless.yml'), { logLevel: 'silent' });
  const { functions } = document.toJS() as {
    functions: Record<string, { events?: { subscription?: { agent?: string } }[] }>;
  };
  for (const [name, { events = [] }] of Object.entries(functions)) {
    const agent = events.find(({ subscription }) => subscription?.agent)?.subscription?.agent;
    if (agent !== undefined && !exampleAgents.includes(agent)) document.deleteIn(['functions', name]);
  }
  return String(document).replace(/^resources:$/m, (next) => `${lines.join('')}\n${next}`);
}

/** What curl does with the few options of the pages: not every machine has one. */
async function curl(words: readonly string[]): Promise<string> {
  const headers = new Headers();
  let [url, body]: (string | undefined)[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '-H') headers.append(...((words[++at] ?? '').split(/: */, 2) as [string, string]));
    else if (word === '-d') body = words[++at];
    else if (word.startsWith('http')) url = word;
    else if (!/^-[sN]+$/.test(word)) throw new Error(`this test's curl does not know ${word}`);
  }
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const response = await fetch(url ?? '', {
    headers: { ...(body !== undefined && form), ...Object.fromEntries(headers) },
    ...(body !== undefined && { method: 'POST', body: body.replaceAll('\n', '') }),
  });
  return response.text();
}

describe.each(pages)('%s', (name) => {
  const blocks = blocksOf(read(name));
  const files = blocks.filter(({ file }) => file !== undefined);
  const steps = blocks.filter(({ language }) => language === 'console').flatMap(stepsOf);
  let project: Project;
  beforeAll(async () => {
    project = new Project(files);
    await project.start();
  });
  afterAll(() => project.stop());

  it.each(steps.map((step) => ({ title: `line ${step.line}: ${step.command}`, step })))('$title', ({ step }) =>
    project.check(step),
  );

  const code = files.flatMap(({ file = '' }) => (file.endsWith('.ts') ? [file] : []));
  if (code.length === 0) return;
  it('has code that the project’s own checks accept', async () => {
    const config = { extends: './tsconfig.json', include: [], files: code };
    writeFileSync(path.join(project.folder, 'tsconfig.page.json'), JSON.stringify(config));
    expect(await project.run(['npx', 'tsc', '--noEmit', '-p', 'tsconfig.page.json'])).toBe('');
    expect(await project.run(['npx', 'biome', 'check', '--error-on-warnings', ...code])).toContain('No fixes applied');
  });
});

describe('the table of errors in docs/concepts/a2a.md', () => {
  it('has every error with its code and status', () => {
    const rows = read('docs/concepts/a2a.md').matchAll(/^\| `([A-Z_]+)` \| (-\d+) \| (\d+) \|/gm);
    const listed = Array.from(rows, ([, reason, code, status]) => [reason, Number(code), Number(status)]);
    const reasons = Array.from(read('shared/a2a/errors.ts').matchAll(/^ {2}([A-Z_]+): \{ code/gm), ([, name]) => name);
    const errors = reasons.map((reason) => new A2AError(reason as A2AErrorReason, ''));
    expect(errors.length).toBeGreaterThan(0);
    expect(listed).toEqual(errors.map(({ reason, jsonRpcCode, httpStatus }) => [reason, jsonRpcCode, httpStatus]));
  });
});
