import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, watch } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';

/** The address that Node, VS Code and Chrome expect an inspector at. */
const INSPECTOR_HOST = '127.0.0.1';
const INSPECTOR_PORT = 9229;
/** An editor writes a file in several steps, and a branch switch writes many files: they cause one restart. */
const SETTLE_MS = 100;
/** A mesh under development ends this long after a change, even if an invocation still runs: the next start delivers it again. */
const DRAIN_MS = 500;

const ignored = new Set(['node_modules', 'docs', 'test', 'dist', 'coverage']);

/** Whether a change of the file, as a path from the root of the project, restarts the mesh. */
function isSource(file: string): boolean {
  const [top = ''] = file.split(path.sep);
  // Folders with a dot hold data (.starling) and output of tools (.git, .esbuild).
  return !top.startsWith('.') && !ignored.has(top) && /\.(ts|js|json|ya?ml)$/.test(file);
}

/**
 * `npm run dev`: runs the mesh and restarts it when a source or serverless.yml changes. One mesh runs at a time: the next
 * one starts when the last one has ended, so that both never want the port and the data folder.
 */
class Development {
  readonly #main = path.join(import.meta.dirname, 'main.ts');
  #child: ChildProcess | undefined;
  #isStarting = false;
  #isChanged = false;
  #isEnding = false;
  #settle: NodeJS.Timeout | undefined;
  #kill: NodeJS.Timeout | undefined;

  async start(): Promise<void> {
    if (this.#isStarting || this.#isEnding) return;
    this.#isStarting = true;
    const inspector = await inspectorPort();
    this.#isStarting = false;
    if (this.#isEnding) return;
    this.#isChanged = false;
    const child = spawn(process.execPath, [...(inspector ? [`--inspect=${inspector}`] : []), this.#main], {
      stdio: 'inherit',
    });
    this.#child = child;
    child.once('exit', (code) => {
      clearTimeout(this.#kill);
      this.#child = undefined;
      if (this.#isEnding) process.exit(0);
      if (this.#isChanged) return void this.start();
      say(`the mesh ended with ${code}. The next change of a file starts it again`);
    });
  }

  changed(file: string): void {
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => {
      say(`${file} changed: restarting`);
      if (this.#child === undefined) return void this.start();
      // A change during a drain waits for the same end.
      if (this.#isChanged) return;
      this.#isChanged = true;
      this.#stopChild(DRAIN_MS);
    }, SETTLE_MS);
  }

  /** Ctrl-C ends the mesh at once. */
  end(): void {
    clearTimeout(this.#settle);
    this.#isEnding = true;
    if (this.#child === undefined) process.exit(0);
    clearTimeout(this.#kill);
    this.#child.kill('SIGKILL');
  }

  #stopChild(drainMs: number): void {
    const child = this.#child;
    child?.kill('SIGTERM');
    this.#kill = setTimeout(() => child?.kill('SIGKILL'), drainMs);
  }
}

/** The inspector's address; undefined when its port is busy, as the mesh must start without it. */
async function inspectorPort(): Promise<string | undefined> {
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(INSPECTOR_PORT, INSPECTOR_HOST, () => server.close(() => resolve(true)));
  });
  if (isFree) return `${INSPECTOR_HOST}:${INSPECTOR_PORT}`;
  say(`port ${INSPECTOR_PORT} is busy: the mesh starts without an inspector`);
  return undefined;
}

/** Standard output belongs to the mesh, whose lines may be JSON. */
function say(text: string): void {
  process.stderr.write(`[dev] ${text}.\n`);
}

/**
 * Watches the files of the folder and every source folder in it. A recursive watch of the whole would visit node_modules,
 * which takes seconds.
 */
function watchSources(root: string, onChange: (file: string) => void): void {
  const report = (folder: string) => (_event: string, file: string | null) => {
    const changed = path.join(folder, file ?? '');
    if (file !== null && isSource(changed)) onChange(changed);
  };
  watch(root, report(''));
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name.startsWith('.') || ignored.has(entry.name)) continue;
    watch(path.join(root, entry.name), { recursive: true }, report(entry.name));
  }
}

const development = new Development();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => development.end());
watchSources(process.cwd(), (file) => development.changed(file));
await development.start();
