import { describe, expect, it } from 'vitest';
import { OpenReceive } from '#adapters/sqlite/open-receive.ts';

const message = { messageId: 'm', receiptHandle: '1.1', body: '', attributes: {}, receiveCount: 1 };
const received = { ...message, sentAt: 0, firstReceivedAt: 0 };

describe('an open receive', () => {
  it('has less room by what was claimed for it, and by what it found', () => {
    const receive = new OpenReceive(3, 30_000);
    expect(receive.claim(1)).toBe(true);
    receive.found(1);
    expect(receive.room(1)).toBe(1);
    expect(receive.claim(1)).toBe(true);
    expect(receive.claim(1)).toBe(false);
  });

  it('has all its room again when what was claimed for it was undone', () => {
    const receive = new OpenReceive(2, 30_000);
    receive.claim(1);
    receive.found(1);
    expect(receive.room(2)).toBe(2);
  });

  // A receive whose time was up while they were synced looks once more before it answers.
  it('has less room by what was handed over, also in the next transaction', () => {
    const receive = new OpenReceive(3, 30_000);
    receive.claim(1);
    receive.claim(1);
    receive.hand(received);
    receive.hand(received);
    expect(receive.isPromised).toBe(false);
    expect(receive.room(2)).toBe(1);
    expect(receive.claim(2)).toBe(true);
    expect(receive.claim(2)).toBe(false);
    expect(receive.isPromised).toBe(true);
    receive.hand(received);
    expect(receive.isPromised).toBe(false);
    expect(receive.handed).toHaveLength(3);
  });
});
