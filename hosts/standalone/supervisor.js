// `npm start`: runs the mesh, and starts it again after a crash. It imports nothing else and is plain JavaScript, because its
// start delays the start of the mesh.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
/**
 * Node keeps compiled modules here, and the next start need not strip types and compile again: the larger part of a start. The
 * folder belongs to the installation, because whoever writes into it runs code in the mesh.
 */
const compileCache = fileURLToPath(new URL('../../node_modules/.cache/starling-compile', import.meta.url));
/** The end of a process by one of these is a crash. `kill` of a person, Ctrl-C and the end of a terminal have others. */
const crashSignals = new Set(['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGKILL', 'SIGSEGV', 'SIGSYS', 'SIGTRAP']);
/** A mesh stops within 5 s. */
const MAX_STOP_MS = 10_000;
/** So many crashes a minute have no pause. Then the pause doubles with each crash, up to the longest. */
const CRASHES_WITHOUT_PAUSE = 8;
const MAX_PAUSE_MS = 4_000;
/** So many starts in a row may crash before the mesh is ready. */
const MAX_CRASHED_STARTS = 3;
const PARENT_LOOK_MS = 250;

/** @type {import('node:child_process').ChildProcess | undefined} */
let child;
/** The port of the mesh. Undefined until it is ready for the first time. */
let port;
let isReady = false;
let isStopping = false;
let crashedStarts = 0;
/** @type {number[]} */
let crashes = [];

/** @param {string} [crash] the reason why the process before this one ended */
function start(crash) {
  isReady = false;
  child = spawn(process.execPath, [...process.execArgv, main, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: {
      NODE_COMPILE_CACHE: compileCache,
      ...process.env,
      STARLING_SUPERVISOR: JSON.stringify({ descriptor: 3, ...(crash && { crash }) }),
      // A mesh that let the system choose its port comes back at the same address.
      ...(port && { STARLING_PORT: port }),
    },
  });
  channel()?.setEncoding('utf8');
  channel()?.on('data', (text) => {
    const [, told] = /^ready (\d+)$/m.exec(text) ?? [];
    if (told === undefined) return;
    port = told;
    isReady = true;
    crashedStarts = 0;
  });
  channel()?.on('error', () => {});
  child.once('exit', ended);
}

/** @returns {import('node:net').Socket | undefined} */
function channel() {
  return child?.stdio[3];
}

/**
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
function ended(code, signal) {
  child = undefined;
  if (signal === null || !crashSignals.has(signal)) return endLike(code, signal);
  if (isStopping) process.exit(1);
  if (!isReady && (port === undefined || ++crashedStarts >= MAX_CRASHED_STARTS)) return endLike(code, signal);
  const now = Date.now();
  crashes = [...crashes.filter((time) => now - time < 60_000), now];
  const tooMany = crashes.length - CRASHES_WITHOUT_PAUSE;
  const pause = tooMany < 0 ? 0 : Math.min(500 * 2 ** tooMany, MAX_PAUSE_MS);
  setTimeout(() => (isStopping ? process.exit(0) : start(`The process ended by ${signal}.`)), pause);
}

/** The shell that started this process learns how the mesh ended. */
function endLike(code, signal) {
  if (signal === null) process.exit(code ?? 1);
  for (const each of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(each);
  process.kill(process.pid, signal);
}

/** @param {NodeJS.Signals} signal */
function stop(signal) {
  if (child === undefined) process.exit(130);
  if (isStopping) {
    // The second signal ends the mesh at once.
    child.kill('SIGKILL');
    process.exit(130);
  }
  isStopping = true;
  // Ctrl-C reaches the mesh too. A second signal would end it at once, so a mesh that is ready gets an order instead.
  if (isReady) channel()?.write(`${signal}\n`);
  else child.kill(signal);
  setTimeout(() => child?.kill('SIGKILL'), MAX_STOP_MS);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal));
watchParent();
start();

/**
 * npm runs this in a shell that passes no signal on, so `kill` of either would leave the mesh running with its port and its
 * folder. A mesh that npm did not start itself outlives its parent, as a daemon does.
 */
function watchParent() {
  // Children of a script inherit the variable too, so its text must name this very program.
  if (process.env.npm_lifecycle_script?.includes('hosts/standalone/supervisor.js') !== true) return;
  // The operating system gives an orphan another parent.
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop('SIGTERM');
  }, PARENT_LOOK_MS);
}
