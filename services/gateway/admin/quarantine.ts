import type { AdminQuarantine } from '#shared/admin/schemas.ts';
import { type pageParameters, type Query, readCursor, writeCursor } from '#shared/http/query.ts';
import type { Quarantine } from '#shared/ports/quarantine.ts';

const LIST = 'quarantine';

/** The events in quarantine, the newest first. */
export async function listQuarantine(
  quarantine: Quarantine,
  { limit, cursor }: Query<typeof pageParameters>,
): Promise<AdminQuarantine> {
  const { events, next } = await quarantine.list({
    limit,
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
