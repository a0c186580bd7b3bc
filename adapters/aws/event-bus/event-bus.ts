import {
  DeleteRuleCommand,
  DescribeEventBusCommand,
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsResultEntry,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { ConfigurationError, StarlingError } from '#shared/errors.ts';
import { InvalidPatternError } from '#shared/patterns/errors.ts';
import type { Rule, RuleControl } from '#shared/ports/control-plane.ts';
import { EntryRefusedError } from '#shared/ports/errors.ts';
import type { BusEntry, EventBus, PutResult } from '#shared/ports/event-bus.ts';
import { batches, inParallel } from '../batches.ts';
import type { ClaimCheck } from '../claim-check/claim-check.ts';
import { AwsError, awsError, awsName, calling } from '../errors.ts';
import { backoff, type RetryPolicy, standardRetry } from '../retry.ts';
import { entrySize, type RequestEntry, requestEntry } from './entry.ts';

export interface AwsEventBusOptions {
  readonly client: EventBridgeClient;
  /** The bus's name. */
  readonly bus: string;
  readonly claims: ClaimCheck;
  readonly retry?: RetryPolicy;
}

/** The limits of one PutEvents call: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const CALL = { count: 10, bytes: 1_000_000 };
/** Calls at the same time, so that one large put does not use up the account's rate for everybody. */
const CALLS = 4;
/** An entry with one of these codes may succeed when it is sent again. Any other code is final. */
const retryable = new Set(['InternalFailure', 'InternalException', 'ServiceUnavailable', 'ThrottlingException']);
/** The id of a rule's one target. */
const TARGET = 'queue';

/** An entry that is being sent, and its result. */
interface Sending {
  readonly entry: RequestEntry;
  readonly settle: (result: PutResult) => void;
}

/**
 * The bus on Amazon EventBridge.
 *
 * EventBridge answers an entry for a bus that does not exist with an event id, and drops the entry. A caller whose bus
 * name may be wrong calls `check` first.
 */
export class AwsEventBus implements EventBus, RuleControl {
  readonly #client: EventBridgeClient;
  readonly #bus: string;
  readonly #claims: ClaimCheck;
  readonly #retry: RetryPolicy;

  constructor({ client, bus, claims, retry = standardRetry }: AwsEventBusOptions) {
    this.#client = client;
    this.#bus = bus;
    this.#claims = claims;
    this.#retry = retry;
  }

  /**
   * An entry that AWS refused has an error as its result. So has an entry that AWS did not take for another reason (no
   * credentials, or throttled until the last try), because other entries of the call may be on the bus.
   */
  async put(entries: readonly BusEntry[]): Promise<readonly PutResult[]> {
    const results = new Array<PutResult>(entries.length);
    const ready: Sending[] = [];
    await inParallel([...entries.entries()], CALLS, async ([index, entry]) => {
      const settle = (result: PutResult) => {
        results[index] = result;
      };
      try {
        ready[index] = { entry: await requestEntry(this.#bus, entry, this.#claims), settle };
      } catch (error) {
        if (!(error instanceof StarlingError)) throw error;
        settle({ error });
      }
    });
    const calls = batches(Object.values(ready), CALL, ({ entry }) => entrySize(entry));
    await inParallel(calls, CALLS, (batch) => this.#send(batch));
    return results;
  }

  /** @throws AwsError with the code AWS_NOT_FOUND when the bus does not exist */
  async check(): Promise<void> {
    const command = new DescribeEventBusCommand({ Name: this.#bus });
    await calling(this.#call('events:DescribeEventBus'), () => this.#client.send(command));
  }

  /**
   * In a deployed stack the template makes the rules. On AWS a new rule takes effect within about a minute. Its queue
   * is in the bus's account and region. The queue needs a policy that lets `events.amazonaws.com` send for the rule's
   * ARN. A FIFO queue must make deduplication ids from the bodies, which differ by the events' ids.
   *
   * @throws ConfigurationError for message groups by a field, because EventBridge reads no field for a group
   */
  async putRule({ name, pattern, queue, fifo }: Rule): Promise<void> {
    if (fifo !== undefined && !('group' in fifo)) {
      throw new ConfigurationError(
        `A rule of EventBridge gives all its events one message group: have events grouped by ${fifo.groupBy} by a subscription in serverless.yml, which becomes a pipe.`,
      );
    }
    const where = { Name: name, EventBusName: this.#bus };
    const { RuleArn = '' } = await calling(this.#call('events:PutRule'), async () => {
      try {
        return await this.#client.send(new PutRuleCommand({ ...where, EventPattern: JSON.stringify(pattern) }));
      } catch (error) {
        if (awsName(error) !== 'InvalidEventPatternException') throw error;
        throw new InvalidPatternError('', error instanceof Error ? error.message : 'EventBridge refused it', {
          cause: error,
        });
      }
    });
    const targets = new PutTargetsCommand({
      Rule: name,
      EventBusName: this.#bus,
      Targets: [
        { Id: TARGET, Arn: queueArn(RuleArn, queue), ...(fifo && { SqsParameters: { MessageGroupId: fifo.group } }) },
      ],
    });
    const call = this.#call('events:PutTargets');
    const { FailedEntries: [failed] = [] } = await calling(call, () => this.#client.send(targets));
    if (failed) throw new AwsError('AWS_FAILED', call, `The rule ${name} got no target: ${failed.ErrorMessage}`);
  }

  async deleteRule(name: string): Promise<void> {
    const where = { EventBusName: this.#bus };
    await this.#unlessMissing('events:RemoveTargets', () =>
      this.#client.send(new RemoveTargetsCommand({ ...where, Rule: name, Ids: [TARGET] })),
    );
    await this.#unlessMissing('events:DeleteRule', () =>
      this.#client.send(new DeleteRuleCommand({ ...where, Name: name })),
    );
  }

  /** Settles every entry of a call. Sends entries again that failed only because AWS was busy. */
  async #send(batch: readonly Sending[]): Promise<void> {
    let rest = batch;
    for (let failures = 0; ; await this.#retry.sleep(backoff(failures, this.#retry))) {
      const answers = await this.#putEvents(rest);
      failures++;
      const busy = rest.filter((sending, index) => {
        const answer = answers[index] ?? {};
        const again = retryable.has(answer.ErrorCode ?? '') && failures < this.#retry.attempts;
        if (!again) sending.settle(this.#resultOf(answer));
        return again;
      });
      if (busy.length === 0) return;
      rest = busy;
    }
  }

  async #putEvents(batch: readonly Sending[]): Promise<readonly (PutEventsResultEntry & { error?: AwsError })[]> {
    const command = new PutEventsCommand({ Entries: batch.map(({ entry }) => entry) });
    try {
      const { Entries = [] } = await this.#client.send(command);
      return Entries;
    } catch (error) {
      // The SDK has retried the call already. The error is the result of every entry.
      const failed = { error: awsError(error, this.#call('events:PutEvents')) };
      return batch.map(() => failed);
    }
  }

  #resultOf({ EventId, ErrorCode, ErrorMessage, error }: PutEventsResultEntry & { error?: AwsError }): PutResult {
    if (error) return { error };
    if (EventId !== undefined && ErrorCode === undefined) return { eventId: EventId };
    const cause = Object.assign(new Error(ErrorMessage ?? 'no answer for this entry'), { name: ErrorCode ?? '' });
    if (retryable.has(cause.name) || ErrorCode === undefined) {
      return { error: awsError(cause, this.#call('events:PutEvents')) };
    }
    return { error: new EntryRefusedError(`EventBridge answered ${ErrorCode}: ${ErrorMessage}`, { cause }) };
  }

  async #unlessMissing(action: string, send: () => Promise<unknown>): Promise<void> {
    await calling(this.#call(action), send).catch((error: unknown) => {
      if (!(error instanceof AwsError && error.code === 'AWS_NOT_FOUND')) throw error;
    });
  }

  #call(action: string) {
    return { action, resource: `the bus ${this.#bus}` };
  }
}

/** The ARN of a queue in the account and region of a rule. */
function queueArn(ruleArn: string, queue: string): string {
  const [arn, partition, , region, account] = ruleArn.split(':');
  return [arn, partition, 'sqs', region, account, queue].join(':');
}
