import { AsyncLocalStorage } from 'node:async_hooks';

/** The attempt of an agent, so that its host can end it when the agent cannot. */
export interface RunningAttempt {
  readonly taskId: string;
  readonly contextId: string;
  readonly agentId: string;
  readonly turn: number;
  readonly attempt: number;
  /** Whether no other attempt follows. */
  readonly isLast: boolean;
}

/** The delivery of a message that the running code works on. */
export interface DeliveryScope {
  readonly functionName: string;
  readonly messageId: string;
  attempt?: RunningAttempt;
  /**
   * Fails the running attempt: an error was thrown where no code catches it. This is an object and not a function, because a
   * function in this place would outlive the call together with all that it sees (docs/decisions/0013).
   */
  clock?: { fail(error: unknown): void } | undefined;
}

const scopes = new AsyncLocalStorage<DeliveryScope>();

/** Timers, promises and callbacks that `work` begins belong to the delivery too. */
export function withinDelivery<T>(scope: DeliveryScope, work: () => T): T {
  return scopes.run(scope, work);
}

/** The delivery that the calling code works on; undefined outside of any. */
export function currentDelivery(): DeliveryScope | undefined {
  return scopes.getStore();
}

/** The watchdog evaluates this in a thread that hangs. It cannot import a module there. */
export const READ_DELIVERY = 'starling.currentDelivery';
Reflect.set(globalThis, Symbol.for(READ_DELIVERY), () => JSON.stringify(scopes.getStore()));
