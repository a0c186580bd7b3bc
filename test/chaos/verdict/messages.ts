import type { QueueLedger, Receipt } from '../ledger.ts';

export interface QueueFigures {
  readonly sent: number;
  readonly received: number;
}

/**
 * Each acknowledged message was delivered, and none that nobody sent; one whose delete was acknowledged did not come
 * again. (The delete waits for no sync, so a crash of the machine may bring it back; the kill of a process does not.)
 */
export function judgeQueue(name: string, { sent, received }: QueueLedger, problems: string[]): QueueFigures {
  const byMessage = Map.groupBy(received, ({ messageId }) => messageId);
  const puts = new Map(sent.map((put) => [put.key, put]));
  for (const { key, id } of sent) {
    if (id === undefined || byMessage.get(id)?.[0]?.key !== key)
      problems.push(`${name}: the message ${key}, acknowledged as ${id}, never came`);
  }
  for (const { key, messageId } of received)
    if (!puts.has(key)) problems.push(`${name}: nobody sent ${key} (${messageId})`);
  judgeDeletes(name, received, problems);
  return { sent: sent.length, received: received.length };
}

/** A delete by a receipt that is not the newest any more has no effect, as on SQS. */
function judgeDeletes(name: string, received: readonly Receipt[], problems: string[]): void {
  for (const [messageId, receipts] of Map.groupBy(received, (receipt) => receipt.messageId)) {
    for (const [index, { deleted, key }] of receipts.entries()) {
      const next = receipts[index + 1];
      if (deleted === undefined || next === undefined || next.asked < deleted) continue;
      problems.push(`${name}: ${key} (${messageId}) came again although it was deleted`);
    }
  }
}

/**
 * What a FIFO queue adds: a message that was sent again is the same message, so each was delivered under one id; each
 * group came in its order, and none of it while an earlier one was in flight.
 */
export function judgeGroups(name: string, { sent, received }: QueueLedger, problems: string[]): void {
  const ids = new Map(sent.map(({ key, id }) => [key, id]));
  for (const { key, messageId } of received) {
    if (ids.get(key) !== messageId)
      problems.push(`${name}: ${key} was acknowledged as ${ids.get(key)}, and came as ${messageId}`);
  }
  for (const [group, receipts] of Map.groupBy(received, (receipt) => receipt.group)) {
    for (const [index, receipt] of receipts.entries()) {
      const problem = placeProblem(receipt, receipts.slice(0, index));
      if (problem !== undefined) problems.push(`${name}, ${group}: ${problem}`);
    }
  }
}

/** @param before the receipts of the group up to this one */
function placeProblem({ place, answered }: Receipt, before: readonly Receipt[]): string | undefined {
  if (place === 0) return undefined;
  const previous = before.findLast((each) => each.place === place - 1);
  if (previous === undefined) return `${place} came before ${place - 1}`;
  const together = previous.answered === answered;
  const gone = previous.deleting !== undefined && previous.deleting < answered;
  return together || gone ? undefined : `${place} came while ${place - 1} was in flight`;
}
