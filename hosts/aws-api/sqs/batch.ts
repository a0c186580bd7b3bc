import { ServiceError } from '../errors.ts';
import type { InputReader } from '../input-reader.ts';
import { batchErrors } from './errors.ts';

const MAX_ENTRIES = 10;

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
  const all = input.anyStructures('Entries');
  if (all.length === 0) throw batchErrors.empty();
  if (all.length > MAX_ENTRIES) throw batchErrors.tooMany(all.length);
  const ids = new Set<string>();
  for (const entry of all) {
    const id = entry.requiredString('Id');
    if (!/^[A-Za-z0-9_-]{1,80}$/.test(id)) throw batchErrors.invalidId();
    if (ids.has(id)) throw batchErrors.notDistinct(id);
    ids.add(id);
  }
  const entries: { id: string; entry: Entry }[] = [];
  const failed: FailedEntry[] = [];
  for (const entry of all) {
    const id = entry.requiredString('Id');
    try {
      entries.push({ id, entry: read(entry) });
    } catch (error) {
      if (!(error instanceof ServiceError) || error.code === 'SerializationException') throw error;
      failed.push({ Id: id, SenderFault: true, Code: error.queryCode ?? error.code, Message: error.message });
    }
  }
  return { entries, failed };
}
