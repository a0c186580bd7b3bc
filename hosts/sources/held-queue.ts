import type { Queue } from '#shared/ports/queue.ts';
import type { HeldMessages } from './held-messages.ts';

/** The queue as the functions see it whose messages are held: once they say when a message comes again, it is held no more. */
export function heldQueue(queue: Queue, held: HeldMessages): Queue {
  return {
    create: (name, settings) => queue.create(name, settings),
    send: (name, messages) => queue.send(name, messages),
    receive: (name, options) => queue.receive(name, options),
    delete: (name, receiptHandles) => queue.delete(name, receiptHandles),
    depth: (name) => queue.depth(name),
    async changeVisibility(name, receiptHandle, timeout) {
      await held.letGo(receiptHandle);
      await queue.changeVisibility(name, receiptHandle, timeout);
    },
  };
}
