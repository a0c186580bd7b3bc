/** The logical ids of the resources of one subscription. */
export interface LogicalIds {
  readonly rule: string;
  readonly queue: string;
  readonly deadLetterQueue: string;
  /** Only a FIFO subscription has this resource and the next three. */
  readonly intake: string;
  readonly undelivered: string;
  readonly pipe: string;
  readonly pipeRole: string;
}

/** The stage, function and ids of a subscription. */
export interface SubscriptionContext {
  readonly stage: string;
  readonly functionName: string;
  readonly ids: LogicalIds;
  /** The name of the bus, as a value of CloudFormation. */
  readonly eventBus: unknown;
}

/** @param prefix the function's name as osls writes it in logical ids */
export function logicalIds(prefix: string): LogicalIds {
  return {
    rule: `${prefix}SubscriptionRule`,
    queue: `${prefix}SubscriptionQueue`,
    deadLetterQueue: `${prefix}SubscriptionDeadLetterQueue`,
    intake: `${prefix}SubscriptionIntakeQueue`,
    undelivered: `${prefix}SubscriptionUndeliveredQueue`,
    pipe: `${prefix}SubscriptionPipe`,
    pipeRole: `${prefix}SubscriptionPipeRole`,
  };
}
