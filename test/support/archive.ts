import type { BusEvent, EventArchive } from '#shared/ports/event-bus.ts';

/** Every event that the archive has now, the oldest first. */
export async function archivedEvents(archive: EventArchive): Promise<BusEvent[]> {
  const newest = await archive.newest();
  const events: BusEvent[] = [];
  if (newest === 0) return events;
  for await (const { position, event } of archive.tail(0, new AbortController().signal)) {
    events.push(JSON.parse(event));
    if (position >= newest) break;
  }
  return events;
}
