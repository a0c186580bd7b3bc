import { ServiceError } from '../errors.ts';
import type { InputReader } from '../input-reader.ts';
import { batchErrors } from './errors.ts';

export interface FailedEntry {
  readonly Id: string;
  readonly SenderFault: true;
  readonly Code: string;
  readonly Message: string;
}

export interface ReadBatch<Entry> {
  readonly entries: readonly { readonly id: string; readonly entry: Entry }[];
  readonly failed: readonly FailedEntry[];
}

/**
 * Reads the entries of a batch with `read`. When `read` refuses an entry, the other entries are not affected.
 *
 * @throws ServiceError when SQS would refuse the whole batch
 */
export function readBatch<Entry>(input: InputReader, read: (entry: InputReader) => Entry): ReadBatch<Entry> {
  const all = input.structures('Entries').map((entry) => ({ id: entry.requiredString('Id'), entry }));
  const ids = new Set<string>();
  for (const { id } of all) {
    if (ids.has(id)) throw batchErrors.notDistinct(id);
    ids.add(id);
  }
  const entries: { id: string; entry: Entry }[] = [];
  const failed: FailedEntry[] = [];
  for (const { id, entry } of all) {
    try {
      entries.push({ id, entry: read(entry.check()) });
    } catch (error) {
      if (!(error instanceof ServiceError) || error.code === 'SerializationException') throw error;
      failed.push(failedEntry(id, error));
    }
  }
  return { entries, failed };
}

/**
 * Runs `work` on each entry that `read` took, one after the other. When an entry fails, the other entries are not
 * affected. Returns the entries that succeeded.
 *
 * @throws what `work` throws, unless it is a ServiceError
 */
export async function runBatch<Entry>(
  { entries, failed }: ReadBatch<Entry>,
  work: (entry: Entry) => Promise<void>,
): Promise<ReadBatch<Entry>> {
  const done: { id: string; entry: Entry }[] = [];
  const late: FailedEntry[] = [];
  for (const { id, entry } of entries) {
    try {
      await work(entry);
      done.push({ id, entry });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      late.push(failedEntry(id, error));
    }
  }
  return { entries: done, failed: [...failed, ...late] };
}

/** The answer of a batch whose entries have nothing to return but their ids. */
export function batchAnswer({ entries, failed }: ReadBatch<unknown>): object {
  return { Successful: entries.map(({ id }) => ({ Id: id })), ...(failed.length > 0 && { Failed: failed }) };
}

function failedEntry(id: string, { code, queryCode = code, message }: ServiceError): FailedEntry {
  return { Id: id, SenderFault: true, Code: queryCode, Message: message };
}
