import type { LoadContext } from '../loads/context.ts';
import type { MeshUnderTest } from '../mesh.ts';
import type { Rest } from '../settle.ts';
import { witnessedEvents, witnessedRecords } from '../witness.ts';
import { judgeArchive, readArchive } from './archive.ts';
import { judgeEvents, judgeGroupedEvents } from './events.ts';
import { judgeGroups, judgeQueue, type QueueFigures } from './messages.ts';
import { judgeRecords } from './records.ts';
import { judgeTasks, type TaskFigures } from './tasks.ts';

export interface Verdict {
  /** What was lost, doubled or out of order, and whatever else should not be; none when all is well. */
  readonly problems: readonly string[];
  readonly tasks: TaskFigures & {
    /** Requests that were sent again, as their answer was lost. */
    readonly sentAgain: number;
    /** Streams that were taken up again. */
    readonly resumed: number;
  };
  readonly events: {
    readonly acknowledged: number;
    readonly archived: number;
    /** To functions, which had them when they were killed or which failed. */
    readonly givenAgain: number;
  };
  readonly records: { readonly acknowledged: number; readonly stored: number };
  readonly standard: QueueFigures;
  readonly fifo: QueueFigures;
}

export interface Case {
  readonly context: LoadContext;
  readonly mesh: MeshUnderTest;
  readonly rest: Rest;
}

/** Compares what the mesh has with what its clients were told, and what they saw. */
export async function judge({ context, mesh, rest }: Case): Promise<Verdict> {
  const { ledger, client, aws } = context;
  const problems = [...ledger.surprises];
  const tasks = await judgeTasks(client, ledger.calls, problems);
  const archived = await readArchive(client);
  const puts = [...ledger.events, ...ledger.grouped];
  judgeArchive(archived, puts, problems);
  const witnessed = witnessedEvents(mesh.witness, 'events');
  judgeEvents(archived, { seen: ledger.seen, witnessed }, problems);
  const grouped = witnessedEvents(mesh.witness, 'groups');
  judgeGroupedEvents(archived, grouped, problems);
  const records = await judgeRecords(aws.kinesis, ledger.records, witnessedRecords(mesh.witness), problems);
  const standard = judgeQueue('the standard queue', ledger.standard, problems);
  const fifo = judgeQueue('the FIFO queue', ledger.fifo, problems);
  judgeGroups('the FIFO queue', ledger.fifo, problems);
  judgeRest(rest, ledger.calls.filter(({ agent }) => agent === 'stubborn').length, problems);
  problems.push(...unexpectedErrors(mesh.errors));
  return {
    problems,
    tasks: {
      ...tasks,
      sentAgain: ledger.calls.reduce((sum, { tries }) => sum + tries.count - 1, 0),
      resumed: ledger.calls.reduce((sum, { resumed }) => sum + resumed, 0),
    },
    events: {
      acknowledged: puts.length,
      archived: archived.length,
      givenAgain: witnessed.length + grouped.length - archived.length,
    },
    records: { ...records, acknowledged: ledger.records.length },
    standard,
    fifo,
  };
}

/** Each request of the agent that always fails is a dead letter, once; nothing else is. */
function judgeRest({ deadLetters, quarantined }: Rest, hopeless: number, problems: string[]): void {
  const { stubborn = 0, ...others } = deadLetters;
  if (stubborn !== hopeless) problems.push(`of ${hopeless} requests that fail, ${stubborn} are dead letters`);
  for (const [name, count] of Object.entries(others)) problems.push(`there are ${count} dead letters of ${name}`);
  if (quarantined > 0) problems.push(`there are ${quarantined} events in quarantine`);
}

/** What the agent that always fails has logged belongs to it. */
function unexpectedErrors(lines: readonly string[]): string[] {
  return lines
    .filter((line) => !line.includes('the last attempt failed'))
    .map((line) => `an error was logged: ${line}`);
}
