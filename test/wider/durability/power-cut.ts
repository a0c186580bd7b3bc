import { cpSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Disk } from './disk.ts';
import type { Operation } from './strace.ts';

/** What a client was told. */
export interface Acknowledgement {
  /** By which door. */
  readonly door: string;
  /** Text that leaves with it and with nothing before it, with its id at the end, between quotes. */
  readonly text: string;
  /** One row with one column, which says whether the database has what was acknowledged: 1 when it does. */
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

export interface Verdict {
  readonly acknowledgement: Acknowledgement;
  /** Whether a power cut at the moment in which the answer began to leave would have left what it acknowledged. */
  readonly kept: boolean;
}

/**
 * Cuts the power, in the model, whenever an acknowledgement leaves, and asks SQLite what there is then.
 *
 * @param scratch an empty folder
 * @throws Error for an acknowledgement that did not leave: there is something wrong with the test.
 */
export async function judge(
  operations: AsyncIterable<Operation>,
  acknowledgements: readonly Acknowledgement[],
  scratch: string,
): Promise<readonly Verdict[]> {
  const waiting = Map.groupBy(acknowledgements, ({ text }) => wordsIn(text).at(-1) ?? '');
  const verdicts: Verdict[] = [];
  const left = path.join(scratch, 'left');
  mkdirSync(left);
  const disk = new Disk(left);
  let image: Image | undefined;
  for await (const operation of operations) {
    if (operation.type !== 'sends') {
      disk.apply(operation);
      continue;
    }
    for (const word of wordsIn(operation.text)) {
      const leaving = waiting.get(word)?.filter(({ text }) => operation.text.includes(text)) ?? [];
      if (leaving.length === 0) continue;
      if (image?.version !== disk.version) {
        image?.close();
        image = new Image(disk.version, left, path.join(scratch, 'image'));
      }
      for (const acknowledgement of leaving) verdicts.push({ acknowledgement, kept: image.has(acknowledgement) });
      waiting.set(word, waiting.get(word)?.filter((other) => !leaving.includes(other)) ?? []);
    }
  }
  image?.close();
  const lost = [...waiting.values()].flat();
  if (lost[0])
    throw new Error(`${lost.length} answers did not leave, the first of them ${lost[0].door}: ${lost[0].text}`);
  return verdicts;
}

/** What stands between two quotes, whichever of them begin and which end a string. */
function wordsIn(text: string): readonly string[] {
  return Array.from(text.matchAll(/"(?=([^"\s]*)")/g), ([, word = '']) => word);
}

/** The database as the next start would find it. */
class Image {
  readonly version: number;
  readonly #folder: string;
  readonly #database: DatabaseSync;

  /** @param left what a power cut leaves. Of that it takes a copy, as SQLite writes to it when it opens it. */
  constructor(version: number, left: string, folder: string) {
    this.version = version;
    this.#folder = folder;
    cpSync(left, folder, { recursive: true });
    this.#database = new DatabaseSync(path.join(folder, 'starling.db'));
  }

  has({ sql, values }: Acknowledgement): boolean {
    try {
      const row = this.#database.prepare(sql).get(...values);
      return row !== undefined && Object.values(row)[0] === 1;
    } catch (error) {
      // Where nothing is synced, the tables are not there either.
      if (error instanceof Error && error.message.startsWith('no such table')) return false;
      throw error;
    }
  }

  close(): void {
    this.#database.close();
    rmSync(this.#folder, { recursive: true });
  }
}
