import { table } from '#tools/table.ts';
import type { ChaosReport } from './run.ts';

/** Problems that are printed; the JSON has all. */
const SHOWN = 40;

/** What was loaded and what became of it, for a person. */
export function reportText({ seed, kills, starts, verdict }: ChaosReport): string {
  const { tasks, events, records, standard, fifo, problems } = verdict;
  const underWay = kills.map((kill) => kill.underWay);
  const longest = Math.max(...kills.map(({ log }) => log));
  const rows = [
    [
      'tasks',
      tasks.tasks,
      `${tasks.sentAgain} requests sent again, ${tasks.attemptedAgain} tasks attempted again, ${tasks.resumed} streams resumed`,
    ],
    [
      'events',
      events.acknowledged,
      `${events.archived - events.acknowledged} more in the archive, whose answer was lost; ${events.givenAgain} given to functions again`,
    ],
    [
      'records',
      records.acknowledged,
      `${records.stored - records.acknowledged} more in the stream, whose answer was lost`,
    ],
    ['messages', standard.sent, `received ${standard.received} times`],
    ['messages of groups', fifo.sent, `received ${fifo.received} times`],
  ];
  return [
    `seed ${seed}, ${kills.length} kills with ${Math.min(...underWay)} to ${Math.max(...underWay)} operations under way, ready after ${Math.min(...starts)} to ${Math.max(...starts)} ms, write-ahead log of ${Math.round(longest / 2 ** 20)} MB at most`,
    '',
    table(
      ['acknowledged', 'count', ''],
      rows.map((row) => row.map(String)),
    ),
    '',
    problems.length === 0 ? 'Nothing is lost, doubled or out of order.' : `${problems.length} problems:`,
    ...problems.slice(0, SHOWN).map((problem) => `  ${problem}`),
  ].join('\n');
}
