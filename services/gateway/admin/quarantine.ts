import type { AdminQuarantine } from '#shared/admin/types.ts';
import type { Quarantine } from '#shared/ports/quarantine.ts';
import { readCursor, readLimit, writeCursor } from './page.ts';
import type { Query } from './task-query.ts';

const LIST = 'quarantine';

/** The events in quarantine, the newest first. */
export async function listQuarantine(quarantine: Quarantine, { limit, cursor }: Query): Promise<AdminQuarantine> {
  const { events, next } = await quarantine.list({
    limit: readLimit(limit),
    ...(cursor !== undefined && { cursor: readCursor(LIST, cursor) }),
  });
  return {
    events: events.map(({ id, at, reason, event }) => ({
      id,
      at: new Date(at).toISOString(),
      reason,
      ...(event !== undefined && { event }),
    })),
    ...(next !== undefined && { next: writeCursor(LIST, next) }),
  };
}
