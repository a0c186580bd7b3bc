import type { ReceivedMessage, SentMessage } from '#shared/ports/queue.ts';

/** A message as the model knows it. Times in milliseconds since 1970. */
interface Modelled {
  readonly body: string;
  readonly groupId: string;
  readonly sent: SentMessage;
  receiveCount: number;
  visibleAt: number;
  deleted: boolean;
}

/**
 * What a FIFO queue may do, in as few words as there are: all messages in the order of their sending. It says of each
 * answer whether it is right, and leaves open which of the free groups is taken, and when an exhausted message moves.
 */
export class FifoModel {
  readonly #maxReceiveCount: number;
  readonly #delay: number;
  readonly #messages: Modelled[] = [];
  readonly #remembered = new Map<string, { readonly sent: SentMessage; readonly until: number }>();

  /** @param delay of each message, in milliseconds */
  constructor(maxReceiveCount: number, delay: number) {
    this.#maxReceiveCount = maxReceiveCount;
    this.#delay = delay;
  }

  /** Returns what is wrong with the answer. */
  send(now: number, message: { groupId: string; deduplicationId: string; body: string }, sent: SentMessage): string[] {
    const known = this.#remembered.get(message.deduplicationId);
    if (known !== undefined && now < known.until) {
      return same(sent, known.sent) ? [] : ['a duplicate was not answered as the first'];
    }
    const last = this.#messages.at(-1)?.sent.sequenceNumber ?? '';
    const { body, groupId } = message;
    this.#messages.push({ body, groupId, sent, receiveCount: 0, visibleAt: now + this.#delay, deleted: false });
    this.#remembered.set(message.deduplicationId, { sent, until: now + 300_000 });
    return (sent.sequenceNumber ?? '') > last ? [] : ['a sequence number does not grow'];
  }

  /** Returns what is wrong with the answer. */
  receive(now: number, asked: { max: number; timeout: number }, received: readonly ReceivedMessage[]): string[] {
    const problems: string[] = [];
    const free = [...new Set(this.#messages.map(({ groupId }) => groupId))].filter(
      (group) => !this.#isHeld(group, now),
    );
    const due = new Map(free.map((group) => [group, this.#due(group, now)]));
    if (received.length > asked.max) problems.push('more than was asked for');
    if (received.length === 0 && [...due.values()].some((messages) => messages.length > 0)) {
      problems.push('nothing, while a group is free');
    }
    for (const each of received) {
      const next = due.get(each.fifo?.groupId ?? '')?.shift();
      if (next === undefined) {
        problems.push(`${each.body} is of a group that is held back, or all of it was given`);
        continue;
      }
      if (next.body !== each.body) problems.push(`${each.body} before ${next.body}`);
      if (!same(next.sent, { messageId: each.messageId, ...numberOf(each) })) problems.push(`${each.body} is another`);
      if (each.receiveCount !== next.receiveCount + 1) problems.push(`${each.body} is miscounted`);
      next.receiveCount++;
      next.visibleAt = now + asked.timeout;
    }
    return problems;
  }

  delete(now: number, message: ReceivedMessage): void {
    const found = this.#inFlight(now, message);
    if (found !== undefined) found.deleted = true;
  }

  changeVisibility(now: number, message: ReceivedMessage, visibleAt: number): void {
    const found = this.#inFlight(now, message);
    if (found !== undefined) found.visibleAt = visibleAt;
  }

  releaseInFlight(now: number): void {
    for (const message of this.#messages) {
      if (message.receiveCount > 0) message.visibleAt = Math.min(message.visibleAt, now);
    }
  }

  /** The bodies that are in neither queue by now; what is exhausted is or will be in the dead letters. */
  bodies(what: 'left' | 'dead', group: string): string[] {
    const left = this.#messages.filter(({ groupId, deleted }) => groupId === group && !deleted);
    return left.filter((each) => this.#isExhausted(each) === (what === 'dead')).map(({ body }) => body);
  }

  get live(): number {
    return this.#messages.filter(({ deleted }) => !deleted).length;
  }

  #isExhausted({ receiveCount }: Modelled): boolean {
    return receiveCount >= this.#maxReceiveCount;
  }

  #isHeld(group: string, now: number): boolean {
    return this.#messages.some(
      (each) => each.groupId === group && !each.deleted && each.receiveCount > 0 && each.visibleAt > now,
    );
  }

  /** What may be received of a group that is not held back: all before the first that is delayed. */
  #due(group: string, now: number): Modelled[] {
    const left = this.#messages.filter((each) => each.groupId === group && !each.deleted && !this.#isExhausted(each));
    const delayed = left.findIndex(({ visibleAt }) => visibleAt > now);
    return delayed < 0 ? left : left.slice(0, delayed);
  }

  #inFlight(now: number, { messageId, receiveCount }: ReceivedMessage): Modelled | undefined {
    return this.#messages.find(
      (each) =>
        each.sent.messageId === messageId &&
        each.receiveCount === receiveCount &&
        each.visibleAt > now &&
        !each.deleted,
    );
  }
}

function same(one: SentMessage, other: SentMessage): boolean {
  return one.messageId === other.messageId && one.sequenceNumber === other.sequenceNumber;
}

function numberOf({ fifo }: ReceivedMessage): { sequenceNumber: string } {
  return { sequenceNumber: fifo?.sequenceNumber ?? '' };
}
