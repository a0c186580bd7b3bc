import type { Isolation } from '#hosts/functions/isolation.ts';
import { endAttempt } from '#hosts/functions/lost-attempt.ts';
import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import type { Fall } from '#hosts/watchdog/fall.ts';
import type { WiredFunction } from '#wiring/types.ts';

export interface RecoveryOptions {
  readonly fall: Fall;
  readonly runtime: StandaloneRuntime;
  readonly isolation: Isolation;
  readonly functions: readonly WiredFunction[];
}

/** Functions with only a part of the runtime can run in a thread. The mesh's own services need all of it. */
export function canBeIsolated({ subscriptions, routes, manifest, wakeAtDeadlines }: WiredFunction): boolean {
  const isInline = subscriptions.some((subscription) => subscription.kind === 'pattern' && subscription.inline);
  return subscriptions.length > 0 && !isInline && routes.length === 0 && manifest === undefined && !wakeAtDeadlines;
}

/**
 * Decides, after a crash, which messages in flight lose an attempt and which run isolated.
 *
 * - The culprit is known: it loses its attempt, and its function runs isolated. All other messages are excused.
 * - The culprit is not known: all messages are excused and run isolated. A message that was already isolated loses its
 *   attempt, because it may be the culprit.
 */
export class Recovery {
  readonly #options: RecoveryOptions;
  /** The ids of messages that lose an attempt. */
  readonly #counted: readonly string[];

  constructor(options: RecoveryOptions) {
    this.#options = options;
    const { fall, isolation, functions } = options;
    const { delivery } = fall;
    this.#counted = delivery ? [delivery.messageId] : isolation.messages;
    const culprit = functions.find(({ name }) => name === delivery?.functionName);
    if (culprit && canBeIsolated(culprit)) isolation.addFunction(culprit.name);
  }

  /** Excuses the messages in flight of one queue. Call it before they are released. */
  async excuse(wired: WiredFunction, queue: string): Promise<void> {
    const { fall, runtime, isolation } = this.#options;
    const excused = await runtime.queue.excuseInFlight(queue, this.#counted);
    if (fall.delivery === undefined && canBeIsolated(wired)) isolation.addMessages(excused);
  }

  /** Ends the attempt of the culprit, if it is known. */
  async endAttempt(): Promise<void> {
    const { fall, runtime } = this.#options;
    const attempt = fall.delivery?.attempt;
    if (attempt) await endAttempt(runtime, attempt, new AgentStoppedMeshError(fall));
  }
}

/** The cause of the culprit's attempt. */
class AgentStoppedMeshError extends Error {
  constructor({ cause, stack = [] }: Fall) {
    super(`The agent stopped the mesh. ${cause}`);
    this.name = 'AgentStoppedMeshError';
    this.stack = [`${this.name}: ${this.message}`, ...stack.map((frame) => `    at ${frame}`)].join('\n');
  }
}
