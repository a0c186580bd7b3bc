import type { HostedQueues, QueueSettings } from '#shared/ports/control-plane.ts';
import { isFifo, isFifoId } from '#shared/ports/fifo.ts';
import { ServiceError } from '../errors.ts';
import { isQueueArn, queueOf } from '../identity.ts';
import type { InputReader } from '../input-reader.ts';
import { pageOf, pageOptions } from '../pages.ts';
import { limits } from '../reference/limits.ts';
import type { Operation } from '../service.ts';
import type { Target } from './rule-store.ts';
import type { Rules } from './rules.ts';
import { validation, validationMessages } from './validation-messages.ts';

const { targetsPerRule } = limits.events;

/** PutTargets, for queues of the mesh. When a target is refused, the other targets are not affected. */
export function putTargets(rules: Rules, queue: Pick<HostedQueues, 'settings'>): Operation {
  return async (input) => {
    const name = rules.writable(input, 'Rule');
    const targets = input.structures('Targets').map(readTarget);
    const put: Target[] = [];
    const FailedEntries: object[] = [];
    for (const target of targets) {
      const problem = problemOf(target, queue.settings(queueOf(target.arn)));
      if (problem === undefined) put.push(target);
      else FailedEntries.push({ TargetId: target.id, ...problem });
    }
    await rules.book.change(name, (rule) => {
      if (rule === undefined) throw rules.missing(name);
      const merged = new Map([...rule.targets, ...put].map((target) => [target.id, target]));
      if (merged.size > targetsPerRule) {
        throw new ServiceError('LimitExceededException', `A rule has at most ${targetsPerRule} targets.`);
      }
      return { ...rule, targets: [...merged.values()] };
    });
    return { FailedEntryCount: FailedEntries.length, FailedEntries };
  };
}

/** RemoveTargets. As on AWS, an id that the rule does not have becomes a failed entry. */
export function removeTargets(rules: Rules): Operation {
  return async (input) => {
    const name = rules.writable(input, 'Rule');
    const given = input.strings('Ids');
    if (given === undefined) throw validationMessages.missing('Ids');
    const ids = new Set(given);
    const failed: string[] = [];
    await rules.book.change(name, (rule) => {
      if (rule === undefined) throw rules.missing(name);
      for (const id of ids) if (!rule.targets.some((target) => target.id === id)) failed.push(id);
      return { ...rule, targets: rule.targets.filter(({ id }) => !ids.has(id)) };
    });
    const FailedEntries = failed.map((id) => ({
      TargetId: id,
      ErrorCode: 'ResourceNotFoundException',
      ErrorMessage: `Rule ${name} does not have a target with the Id ${id}.`,
    }));
    return { FailedEntryCount: failed.length, FailedEntries };
  };
}

export function listTargetsByRule(rules: Rules): Operation {
  return (input) => {
    const { items, next } = pageOf(rules.find(input, 'Rule').targets, {
      ...pageOptions(input),
      name: ({ id }) => id,
      invalid: () => validation('Parameter NextToken is not valid.'),
    });
    return {
      Targets: items.map(({ id, arn, group }) => ({
        Id: id,
        Arn: arn,
        ...(group !== undefined && { SqsParameters: { MessageGroupId: group } }),
      })),
      ...(next !== undefined && { NextToken: next }),
    };
  };
}

function readTarget(target: InputReader): Target {
  const id = target.requiredString('Id');
  const arn = target.requiredString('Arn');
  if (!isQueueArn(arn)) {
    throw validation(
      `Parameter ${arn} is not valid. Reason: a target must be the ARN of a queue of this mesh (arn:aws:sqs:…).`,
    );
  }
  const group = target.structure('SqsParameters')?.string('MessageGroupId');
  if (isFifo(arn) && group === undefined) {
    throw validation(
      `Parameter(s) SqsParameters.MessageGroupId must be specified for the FIFO queue of target: ${id}.`,
    );
  }
  if (group !== undefined && !isFifoId(group)) {
    throw validation('MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.');
  }
  // For a standard queue AWS uses the group for fair queues. The mesh has no fair queues.
  return { id, arn, ...(isFifo(arn) && group !== undefined && { group }) };
}

/** The reason why a target is refused. */
function problemOf({ arn }: Target, settings: QueueSettings | undefined): Problem | undefined {
  if (settings === undefined) {
    return {
      ErrorCode: 'ResourceNotFoundException',
      ErrorMessage: `The queue ${queueOf(arn)} does not exist. Create it with CreateQueue.`,
    };
  }
  // AWS accepts such a target, but cannot deliver to it.
  if (settings.fifo?.contentBasedDeduplication === false) {
    return {
      ErrorCode: 'ValidationException',
      ErrorMessage: `EventBridge cannot deliver to the FIFO queue ${queueOf(arn)}: set its attribute ContentBasedDeduplication to true.`,
    };
  }
  return undefined;
}

interface Problem {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}
