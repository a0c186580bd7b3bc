import type { BusEntry, BusEvent, EventBus, PutResult } from '#shared/ports/event-bus.ts';

/** Passes entries on to a bus and remembers those that it took, as a rule would see them. */
export class RecordingBus implements Pick<EventBus, 'put'> {
  readonly events: BusEvent[] = [];
  readonly #bus: Pick<EventBus, 'put'>;

  constructor(bus: Pick<EventBus, 'put'>) {
    this.#bus = bus;
  }

  async put(entries: readonly BusEntry[]): Promise<readonly PutResult[]> {
    const results = await this.#bus.put(entries);
    for (const [i, { source, detailType, detail, resources = [] }] of entries.entries()) {
      const result = results[i];
      if (result === undefined || 'error' in result) continue;
      const identity = { version: '0', id: result.eventId, account: '000000000000', region: 'us-east-1' } as const;
      this.events.push({ ...identity, source, 'detail-type': detailType, time: '', resources, detail });
    }
    return results;
  }
}
