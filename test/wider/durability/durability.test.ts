import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { fixtureConfig, Mesh } from '#test/support/mesh.ts';
import { describeWith } from '../tools.ts';
import { knockAtAll } from './doors.ts';
import { judge, type Verdict } from './power-cut.ts';
import { type Operation, readStrace, underStrace } from './strace.ts';

const doors = [
  'SendMessage, one connection',
  'SendMessage, many connections',
  'SendMessage, not blocking',
  'GetTask',
  'SendStreamingMessage, an entry of the log',
  'events tail',
  'POST /events',
  'PutEvents',
  'PutRecords',
  'CreateQueue',
  'SQS SendMessage',
  'SQS SendMessageBatch',
  'SQS SendMessage, FIFO',
];

/** Microseconds by which each sync begins later, so that what does not wait for it leaves before. */
const syncDelay = 5_000;
/** The same where a busy machine must not look like one that waits. */
const longSyncDelay = 20_000;
const patience = { timeout: 240_000 };

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  readonly verdicts: readonly Verdict[];
  /** How often the write-ahead log was begun: over what was in it before, but for the first time. */
  readonly logs: number;
}

/** Runs a mesh under strace, with a module that is loaded before it, and judges what it answers. */
async function outcomeOf(syncDelay: number, preload?: string): Promise<Outcome> {
  const trace = path.join(folder, 'trace');
  const mesh = await Mesh.start({
    config: fixtureConfig,
    under: underStrace(trace, { syncDelay }),
    env: {
      // Syncs by io_uring would not show.
      UV_USE_IO_URING: '0',
      ...(preload && { NODE_OPTIONS: `--import=${path.join(import.meta.dirname, preload)}` }),
    },
  });
  const acknowledged = await knockAtAll(mesh).finally(() => mesh.stop());
  let logs = 0;
  const counting = async function* (operations: AsyncIterable<Operation>) {
    for await (const operation of operations) {
      if (operation.type === 'wrote' && operation.file.endsWith('-wal') && operation.offset === 0) logs++;
      yield operation;
    }
  };
  return { verdicts: await judge(counting(readStrace(trace)), acknowledged, folder), logs };
}

/** By which doors something was acknowledged that a power cut at that moment would have taken back. */
function lostBy(verdicts: readonly Verdict[]): readonly string[] {
  const lost = verdicts.filter(({ kept }) => !kept).map(({ acknowledgement }) => acknowledgement.door);
  return doors.filter((door) => lost.includes(door));
}

describeWith(['strace'], 'an answer leaves', () => {
  it('after what it acknowledges is on the disk', patience, async () => {
    const { verdicts, logs } = await outcomeOf(syncDelay);
    expect(verdicts.filter(({ kept }) => !kept)).toEqual([]);
    expect(new Set(verdicts.map(({ acknowledgement }) => acknowledgement.door))).toEqual(new Set(doors));
    expect(logs).toBeGreaterThan(1);
  });

  it.each([
    ['no sync', 'preload-no-sync.ts'],
    ['answers that do not wait for the sync', 'preload-hasty.ts'],
  ])('too early by every door of a mesh with %s: the test would see it', patience, async (_what, preload) => {
    const { verdicts } = await outcomeOf(longSyncDelay, preload);
    expect(lostBy(verdicts)).toEqual(doors);
  });
});
