// Plain JavaScript: a thread that has to strip types takes 17 MB more.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** @import { Fall } from './fall.ts' */
/** @import { WatchdogStart } from './watchdog.ts' */

const { cells, supervisor, note, format, maxMegabytes } = /** @type {WatchdogStart} */ (workerData);
const { BEAT, PAUSED, MEGABYTES, PHASE } = /** @type {const} */ ({ BEAT: 0, PAUSED: 1, MEGABYTES: 2, PHASE: 3 });
const IMPORTING = 1;

const TICK_MS = 250;
/**
 * When a silent main thread hangs. The thread counts its own ticks, so that a machine that slept or stood still looks like no
 * hang. A main thread that has used less of a processor than `processorMs` waits for one on a busy machine. It gets more time.
 */
const OF_A_CALL = { ticks: 8, processorMs: 1_000, ticksOfASlowMachine: 40 };
/** A module that is compiled and evaluated does not yield either. */
const OF_AN_IMPORT = { ticks: 40, processorMs: 8_000, ticksOfASlowMachine: 240 };
/** A main thread that uses less than this part of the time is blocked. It does not wait for a processor. */
const PART_OF_A_BLOCK = 0.05;
/** Linux counts the time of a thread in hundredths of a second. */
const MS_OF_A_CLOCK_TICK = 10;
const INVESTIGATION_MS = 1_000;
const MAX_FRAMES = 8;

let lastBeat = Atomics.load(cells, BEAT);
let silentTicks = 0;
let usedAtBeat = usedByMain();
let timeAtBeat = performance.now();
let hasStruck = false;

setInterval(tick, TICK_MS);
if (supervisor !== undefined) listen(supervisor);

function tick() {
  const beat = Atomics.load(cells, BEAT);
  if (beat !== lastBeat || Atomics.load(cells, PAUSED) === 1) {
    lastBeat = beat;
    silentTicks = 0;
    usedAtBeat = usedByMain();
    timeAtBeat = performance.now();
    if (Atomics.load(cells, MEGABYTES) > maxMegabytes) {
      strike(`It used more than ${maxMegabytes} MB of memory.`);
    }
    return;
  }
  silentTicks++;
  const { ticks, processorMs, ticksOfASlowMachine } = isImporting() ? OF_AN_IMPORT : OF_A_CALL;
  if (silentTicks < ticks || (silentTicks < ticksOfASlowMachine && isStarved(processorMs))) return;
  const seconds = Math.round((silentTicks * TICK_MS) / 1000);
  investigate((found) => strike(`It did not yield for ${seconds} s.`, found));
}

/** @returns {boolean} */
function isImporting() {
  return Atomics.load(cells, PHASE) === IMPORTING;
}

/**
 * @param {number} processorMs the time of a processor that a thread that hangs has used
 * @returns {boolean}
 */
function isStarved(processorMs) {
  const used = usedByMain() - usedAtBeat;
  return used < processorMs && used > PART_OF_A_BLOCK * (performance.now() - timeAtBeat);
}

/**
 * The milliseconds of a processor that the main thread has used. Elsewhere than on Linux: those of the whole process.
 *
 * @returns {number}
 */
function usedByMain() {
  try {
    // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: fields 14 and 15, counted behind the command's name.
    const fields = readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * MS_OF_A_CLOCK_TICK;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  }
}

/**
 * Pauses the thread that hangs, and asks it what it works on. Code that blocks outside of JavaScript does not answer.
 *
 * @param {(found: Partial<Fall>) => void} done
 */
function investigate(done) {
  if (hasStruck) return;
  hasStruck = true;
  const timer = setTimeout(() => done({}), INVESTIGATION_MS);
  const { Session } = process.getBuiltinModule('node:inspector');
  const session = new Session();
  session.connectToMainThread();
  /** @type {Map<string, string>} */
  const urls = new Map();
  session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => urls.set(scriptId, url));
  session.on('Debugger.paused', ({ params: { callFrames } }) => {
    const stack = callFrames
      .map(({ functionName, location: { scriptId, lineNumber } }) => ({
        name: functionName || 'anonymous',
        at: `${urls.get(scriptId)}:${lineNumber + 1}`,
      }))
      .filter(({ at }) => at.startsWith('file:'))
      .slice(0, MAX_FRAMES)
      .map(({ name, at }) => `${name} (${at})`);
    session.post(
      'Debugger.evaluateOnCallFrame',
      {
        callFrameId: callFrames[0]?.callFrameId ?? '',
        expression: `globalThis[Symbol.for('starling.currentDelivery')]?.()`,
        returnByValue: true,
      },
      (_error, answer) => {
        clearTimeout(timer);
        const value = answer?.result.value;
        done({ stack, ...(typeof value === 'string' && { delivery: JSON.parse(value) }) });
      },
    );
  });
  session.post('Debugger.enable');
  session.post('Debugger.pause');
}

/**
 * Ends the process. Only a signal does that while the main thread hangs.
 *
 * @param {string} cause
 * @param {Partial<Fall>} [found]
 */
function strike(cause, found = {}) {
  hasStruck = true;
  /** @type {Fall} */
  const fall = { cause, at: Date.now(), ...found };
  const isImport = isImporting();
  try {
    // The next start imports the same modules, so a note would be of no use to it.
    if (note !== undefined && !isImport) writeNote(note, JSON.stringify(fall));
    say(fall, isImport);
  } catch {
    // A full disk or a full pipe must not keep the process alive.
  }
  process.kill(process.pid, 'SIGKILL');
}

/**
 * @param {string} file
 * @param {string} text
 */
function writeNote(file, text) {
  const descriptor = openSync(`${file}.new`, 'w', 0o600);
  writeSync(descriptor, text);
  fsyncSync(descriptor);
  closeSync(descriptor);
  renameSync(`${file}.new`, file);
}

/**
 * @param {Fall} fall
 * @param {boolean} isImport
 */
function say({ cause, delivery, stack }, isImport) {
  const message = isImport
    ? 'the mesh cannot start, because a module of an agent does not end its import: move the work into the handler'
    : 'the watchdog ends this process, because its main thread does not serve anybody';
  const time = new Date();
  const { attempt, ...place } = delivery ?? {};
  const fields = { cause, ...place, ...attempt, stack };
  const line =
    format === 'json'
      ? JSON.stringify({ level: 'ERROR', message, timestamp: time.toISOString(), service: 'starling', ...fields })
      : `${time.toTimeString().slice(0, 8)} ERROR ${message}  ${JSON.stringify(fields)}`;
  writeSync(1, `${line}\n`);
}

/**
 * The supervisor's orders come to this thread, because the main thread may hang.
 *
 * @param {number} descriptor
 */
function listen(descriptor) {
  const socket = new Socket({ fd: descriptor });
  socket.setEncoding('utf8');
  socket.on('data', (text) => {
    for (const order of String(text).split('\n')) if (order !== '') parentPort?.postMessage(order);
  });
  // The supervisor died. What it supervised must not live on without it.
  socket.on('close', () => process.kill(process.pid, 'SIGKILL'));
  socket.on('error', () => {});
  parentPort?.on('message', (text) => socket.write(text));
}
