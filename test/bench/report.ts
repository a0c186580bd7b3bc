import { table } from '#tools/table.ts';
import type { Calls, Figures, Starts } from './figures.ts';
import type { Inits } from './inits.ts';
import { countOf } from './load-protocol.ts';
import type { Machine } from './machine.ts';
import type { Measurement } from './measure.ts';
import type { Memory } from './memory.ts';
import type { Round } from './rounds.ts';
import type { Start } from './starts.ts';
import type { Spread } from './statistics.ts';
import type { Measure, Throughput } from './throughput/throughput.ts';

/** The figures for a person. */
export function report({ machine, calls, throughput, memory, starts, inits }: Figures): string {
  return [
    machineText(machine),
    ...(calls ? callsText(calls) : []),
    ...(throughput ? throughputText(throughput) : []),
    ...(memory ? memoryText(memory) : []),
    ...(starts ? startsText(starts) : []),
    ...(inits ? initsText(inits) : []),
  ].join('\n\n');
}

/** One line for who watches. */
export function roundText({ mesh, peer, ratios }: Round, number: number): string {
  const rates = `mesh ${fixed(mesh.callsPerSecond)} calls/s, peer ${fixed(peer.callsPerSecond)} calls/s`;
  return `round ${number}: ${rates}, ratio ${ratios.callsPerSecond.toFixed(2)}`;
}

export function rateText(what: Measure, perSecond: number): string {
  return `${measureNames[what]}: ${fixed(perSecond)}/s`;
}

/** What was answered wrongly or not at all; undefined when nothing was. */
export function failureText(rounds: readonly Round[]): string | undefined {
  const all = rounds.flatMap(({ mesh, peer }) => [mesh.failures, peer.failures]);
  const count = all.reduce((sum, failures) => sum + countOf(failures), 0);
  if (count === 0) return undefined;
  const example = all.find((failures) => failures.example !== undefined)?.example;
  return `${count} calls were answered wrongly or not at all, so these figures say nothing.${example ? ` The first wrong answer: ${example}` : ''}`;
}

function machineText({ processor, cores, memory, system, node, busy, sync }: Machine): string {
  const syncs = `sync of 4 KB: median ${fixed(sync.median)} µs, p99 ${fixed(sync.p99)} µs`;
  const load = `load average before the run: ${fixed(busy, 2)}`;
  return `${processor}, ${cores} cores, ${fixed(memory / 2 ** 30)} GB, ${system}, node ${node}\n${syncs}; ${load}`;
}

function callsText({ connections, secondsPerRound, rounds, ratios }: Calls): string[] {
  const measures = ['calls/s', 'p50 ms', 'p99 ms', 'CPU µs/call'];
  const spreads = [ratios.callsPerSecond, ratios.p50, ratios.p99, ratios.cpuPerCall];
  return [
    `Blocking SendMessage to echo, ${connections} connections, ${secondsPerRound} s a round and server`,
    table(
      ['round', 'server', ...measures, 'memory MB', 'failures'],
      rounds.flatMap((round, at) => [row(at + 1, 'mesh', round.mesh), row(at + 1, 'peer', round.peer)]),
    ),
    'Mesh ÷ peer, over the rounds',
    table(
      ['', 'min', 'median', 'max'],
      measures.map((name, at) => [name, ...spreadCells(spreads[at], 2)]),
    ),
  ];
}

const measureNames: Record<Measure, string> = {
  putEvents: 'events by PutEvents, 10 a call',
  events: 'events within a process, 10 a call',
  putRecords: 'records by PutRecords, 100 a call',
  records: 'records within a process, 100 a call',
  matching: 'events matched against 1,000 rules',
};

function throughputText(throughput: Throughput): string[] {
  const names = Object.entries(measureNames) as [Measure, string][];
  return [
    'Per second: events of some 400 bytes, on the disk when they count (but for the matching)',
    table(
      ['', 'min', 'median', 'max'],
      names.map(([what, name]) => [name, ...spreadCells(throughput[what])]),
    ),
  ];
}

/** Of the samples, so many rows are shown. */
const MEMORY_ROWS = 8;

function memoryText({ samples, bytesPerCall }: Memory): string[] {
  const every = Math.max(1, Math.ceil(samples.length / MEMORY_ROWS));
  const shown = samples.filter((_, at) => at % every === 0 || at === samples.length - 1);
  return [
    `Memory of the mesh after garbage collection; after the first 100,000 calls each leaves ${fixed(bytesPerCall)} bytes on the heap`,
    table(
      ['calls', 'heap MB', 'resident MB'],
      shown.map(({ calls, heap, resident }) => [String(calls), fixed(heap / 2 ** 20), fixed(resident / 2 ** 20)]),
    ),
  ];
}

function startsText({ empty, second, loaded }: Starts): string[] {
  return [
    'Start of the mesh, milliseconds from the spawn of node',
    table(
      ['folder', 'ready: min', 'median', 'max', '/health: min', 'median', 'max'],
      [
        startRow('empty', empty),
        startRow('second start', second),
        ...(loaded ? [startRow(`${loaded.tasks} tasks`, loaded)] : []),
      ],
    ),
  ];
}

function initsText({ runs, empty, functions }: Inits): string[] {
  return [
    `Initialisation of the functions packaged for AWS, ${runs} fresh processes each: milliseconds of the import, and from the start of node until it is done ÷ the same with an empty module (median ${fixed(empty.median)} ms)`,
    table(
      ['function', 'bundle KB', 'import: min', 'median', 'max', 'ratio'],
      functions.map(({ name, size, imported, ratio }) => [
        name,
        fixed(size / 1000),
        ...spreadCells(imported),
        fixed(ratio, 2),
      ]),
    ),
  ];
}

function row(number: number, name: string, measured: Measurement): string[] {
  const { callsPerSecond, p50, p99, cpuPerCall, memory, failures } = measured;
  return [
    String(number),
    name,
    fixed(callsPerSecond),
    fixed(p50, 2),
    fixed(p99, 2),
    fixed(cpuPerCall),
    fixed(memory && memory / 2 ** 20),
    String(countOf(failures)),
  ];
}

function startRow(name: string, { ready, health }: Start): string[] {
  return [name, ...spreadCells(ready), ...spreadCells(health)];
}

function spreadCells(spread: Spread | undefined, digits = 0): string[] {
  return [fixed(spread?.min, digits), fixed(spread?.median, digits), fixed(spread?.max, digits)];
}

function fixed(value: number | undefined, digits = 0): string {
  return value === undefined ? '—' : value.toFixed(digits);
}
