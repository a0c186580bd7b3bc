import type { Task } from '#shared/a2a/types.ts';
import type { StreamedEvent } from './a2a-client.ts';
import type { Tries } from './retry.ts';

/** A message of a client, and what it was told of the task. */
export interface Call {
  readonly messageId: string;
  readonly agent: string;
  readonly text: string;
  readonly tries: Tries;
  /** Of every answer: one, whatever happened. */
  readonly taskIds: Set<string>;
  /** What was told by streams, by position: what is told twice is told alike. */
  readonly told: Map<number, string>;
  /** How often a stream was taken up again. */
  resumed: number;
  /** The task when it had ended, as the client was told. */
  ended: Task | undefined;
  /** Whether a cancel was acknowledged. */
  canceled: boolean;
}

/** Something that was put, by the key that its producer made up. */
export interface Put {
  readonly key: string;
  readonly tries: Tries;
  /** The mesh's own id of it (of an event, a record, a message), once it is acknowledged. */
  id: string | undefined;
}

/** A record of a stream or a message of a group. */
export interface OrderedPut extends Put {
  /** The partition key or message group. */
  readonly group: string;
  /** Its place in the group, from 0: put only when the one before is acknowledged, or together with it. */
  readonly place: number;
}

/** A message that a consumer was given. Times are those of the ledger's clock. */
export interface Receipt {
  readonly messageId: string;
  readonly key: string;
  readonly group: string;
  readonly place: number;
  /** When the request was sent that got it, and when the answer came: the same for all of one answer. */
  readonly asked: number;
  readonly answered: number;
  /** When the first request to delete it was sent, and when one was acknowledged that had effect. */
  deleting: number | undefined;
  deleted: number | undefined;
}

/** What clients of a queue did and saw. */
export class QueueLedger {
  readonly sent: OrderedPut[] = [];
  /** In the order of the answers. */
  readonly received: Receipt[] = [];
}

/** What the mesh has acknowledged to its clients, and what it may not lose. */
export class Ledger {
  readonly calls: Call[] = [];
  readonly events: Put[] = [];
  /** Events for the function with a FIFO queue. */
  readonly grouped: OrderedPut[] = [];
  readonly records: OrderedPut[] = [];
  /** Of the queue that a rule feeds. */
  readonly seen = new QueueLedger();
  readonly standard = new QueueLedger();
  readonly fifo = new QueueLedger();
  /** Answers that no client should get. */
  readonly surprises: string[] = [];
  #clock = 0;

  /** The time of a clock that only grows: puts what clients do and are told in order. */
  tick(): number {
    return ++this.#clock;
  }

  call(messageId: string, agent: string, text: string): Call {
    const call: Call = {
      messageId,
      agent,
      text,
      tries: { count: 0 },
      taskIds: new Set(),
      told: new Map(),
      resumed: 0,
      ended: undefined,
      canceled: false,
    };
    this.calls.push(call);
    return call;
  }

  /** Notes what a stream told at a position. */
  told(call: Call, { position, response }: StreamedEvent): void {
    const text = JSON.stringify(response);
    const before = call.told.get(position);
    if (before !== undefined && before !== text) {
      this.surprises.push(`${call.messageId}: position ${position} of the stream was ${before}, then ${text}`);
    }
    call.told.set(position, text);
  }
}
