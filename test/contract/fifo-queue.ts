import { describe } from 'vitest';
import { duplicateCases } from './fifo-queue/duplicates.ts';
import { orderCases } from './fifo-queue/order.ts';
import { refusalCases } from './fifo-queue/refusals.ts';
import { returnCases } from './fifo-queue/returns.ts';
import { fifoQueueSetting } from './fifo-queue/setting.ts';
import type { QueueSubject } from './queue.ts';

/** What every Queue does of FIFO queues, beside what it does of all. */
export function fifoQueueContract(name: string, open: () => Promise<QueueSubject>): void {
  describe(`FIFO queue: ${name}`, () => {
    const setting = fifoQueueSetting(open);
    orderCases(setting);
    returnCases(setting);
    duplicateCases(setting);
    refusalCases(setting);
  });
}
