import { expect, it } from 'vitest';
import {
  fifoDeadLetterQueueName,
  fifoQueueName,
  intakeQueueName,
  pipeName,
  queueNames,
  ruleName,
  undeliveredQueueName,
} from '#wiring/names.ts';

it('a function whose name fits Lambda has names that fit AWS', () => {
  const longest = 'f'.repeat(64 - 'starling-dev-'.length);
  for (const name of [fifoQueueName, fifoDeadLetterQueueName, intakeQueueName, undeliveredQueueName]) {
    expect(name('dev', longest).length).toBeLessThanOrEqual(80);
  }
  for (const name of [ruleName, pipeName]) expect(name('dev', longest).length).toBeLessThanOrEqual(64);
});

it('the queues of a subscription are of the kind that it asks for', () => {
  expect(queueNames('dev', 'ledger', { fifo: undefined })).toEqual({
    queue: 'starling-dev-ledger',
    deadLetterQueue: 'starling-dev-ledger-dlq',
  });
  expect(queueNames('dev', 'ledger', { fifo: { groupBy: undefined } })).toEqual({
    queue: 'starling-dev-ledger.fifo',
    deadLetterQueue: 'starling-dev-ledger-dlq.fifo',
  });
});
