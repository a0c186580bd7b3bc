import { describe, expect, it } from 'vitest';
import { failedInOrder, lanesOf } from '#shared/events/fifo-batch.ts';
import { sqsRecord } from '#test/support/lambda.ts';

/** Records of a FIFO queue, such as `a1` of the group a. */
const fifo = (...ids: string[]) =>
  ids.map((messageId) => sqsRecord(messageId, { messageId, groupId: messageId.charAt(0) }));
const standard = (...ids: string[]) => ids.map((messageId) => sqsRecord(messageId, { messageId }));
const idsOf = (lanes: ReturnType<typeof lanesOf>) => lanes.map((lane) => lane.map(({ messageId }) => messageId));

describe('the lanes of a batch', () => {
  it('are its message groups, in order', () => {
    expect(idsOf(lanesOf(fifo('a1', 'b1', 'a2', 'c1', 'b2', 'a3')))).toEqual([
      ['a1', 'a2', 'a3'],
      ['b1', 'b2'],
      ['c1'],
    ]);
  });

  it('are single messages of a standard queue, also of one that has groups', () => {
    const fair = standard('a1', 'a2').map((record) => ({
      ...record,
      attributes: { ...record.attributes, MessageGroupId: 'a' },
    }));
    expect(idsOf(lanesOf(fair))).toEqual([['a1'], ['a2']]);
  });
});

describe('what has to be delivered again', () => {
  const again = (records: ReturnType<typeof fifo>, ...failed: string[]) => [...failedInOrder(records, new Set(failed))];

  it('is what failed, and all behind it in its group', () => {
    const records = fifo('a1', 'b1', 'a2', 'b2', 'a3');
    expect(again(records, 'a2').toSorted()).toEqual(['a2', 'a3']);
    expect(again(records, 'a3', 'a1').toSorted()).toEqual(['a1', 'a2', 'a3']);
    expect(again(records, 'b2')).toEqual(['b2']);
  });

  it('is nothing where nothing failed', () => {
    expect(again(fifo('a1', 'a2'))).toEqual([]);
  });

  it('is what failed alone of a standard queue', () => {
    expect(again(standard('a1', 'a2', 'a3'), 'a1')).toEqual(['a1']);
  });
});
