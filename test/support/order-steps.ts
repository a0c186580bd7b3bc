import { bearer, type MeshClient, type SeenEvent } from './mesh-client.ts';

/** An event for the fixture `ledger`. */
export interface Step {
  readonly order?: string;
  readonly step: number;
  /** How many of its deliveries fail. */
  readonly failures?: number;
  /** Milliseconds that it is worked on. */
  readonly work?: number;
}

/** What the fixture `ledger` says of its work. */
export interface Noted {
  readonly order: string;
  readonly step: number;
  readonly delivery: number;
  readonly group: string;
  readonly sequence: string;
  readonly what: 'begin' | 'done' | 'failed';
}

/** Puts a step on the bus, and gives the event's id there. */
export async function putStep(
  mesh: MeshClient,
  run: string,
  { order, step, failures = 0, work = 0 }: Step,
): Promise<string> {
  const event = {
    ...{ specversion: '1.0', id: crypto.randomUUID(), source: 'com.example.shop', type: 'OrderStep.v1' },
    ...(order !== undefined && { subject: order }),
    data: { run, step, failures, work },
  };
  const response = await fetch(`${mesh.url}/events`, {
    method: 'POST',
    headers: { ...bearer(await mesh.token()), 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify(event),
  });
  if (!response.ok) throw new Error(`the event was not taken: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { eventId: string }).eventId;
}

export function notesOf(events: readonly SeenEvent[]): Noted[] {
  return events.flatMap((event) => (event['detail-type'] === 'Noted.v1' ? [event.detail.data as Noted] : []));
}

/** Like `begin 1`. */
export function brief(notes: readonly Noted[]): string[] {
  return notes.map(({ step, what }) => `${what} ${step}`);
}
