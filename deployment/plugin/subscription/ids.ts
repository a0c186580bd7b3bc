/** The logical ids of the resources of one subscription. */
export interface LogicalIds {
  readonly rule: string;
  readonly queue: string;
  readonly deadLetterQueue: string;
  readonly queuePolicy: string;
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
  /** The bus as a value of CloudFormation. Undefined: the name of the stage's bus. */
  readonly eventBus: unknown;
}

/** @param prefix the function's name as osls writes it in logical ids */
export function logicalIds(prefix: string): LogicalIds {
  return {
    rule: `${prefix}SubscriptionRule`,
    queue: `${prefix}SubscriptionQueue`,
    deadLetterQueue: `${prefix}SubscriptionDeadLetterQueue`,
    queuePolicy: `${prefix}SubscriptionQueuePolicy`,
    intake: `${prefix}SubscriptionIntakeQueue`,
    undelivered: `${prefix}SubscriptionUndeliveredQueue`,
    pipe: `${prefix}SubscriptionPipe`,
    pipeRole: `${prefix}SubscriptionPipeRole`,
  };
}
