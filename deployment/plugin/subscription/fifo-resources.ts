import { intakeQueueName, pipeName, undeliveredQueueName } from '#wiring/names.ts';
import { pipedEvent } from '#wiring/piped-event.ts';
import { COMMON_GROUP, type FifoOptions, fifoSettings } from '#wiring/subscription.ts';
import { arnOf, type Resource, type ResourceMap, ref, sub } from '../template.ts';
import type { SubscriptionContext } from './ids.ts';
import { deadLetterQueueOf, queueOf } from './queues.ts';

/** The pipe retries an event after this time. */
const INTAKE_VISIBILITY_SECONDS = 30;
/** 10 receives at 30 s each: the FIFO queue and the pipe may fail for five minutes before an event is undelivered. */
const INTAKE_RECEIVES = 10;

/** The properties that make the queue and its dead-letter queue FIFO queues. */
export function fifoQueueOf(fifo: FifoOptions) {
  const { deduplicationScope, throughputLimit } = fifoSettings(fifo);
  return {
    queue: {
      FifoQueue: true,
      ...(deduplicationScope !== undefined && { DeduplicationScope: deduplicationScope }),
      ...(throughputLimit !== undefined && { FifoThroughputLimit: throughputLimit }),
    },
    deadLetterQueue: { FifoQueue: true },
  };
}

/**
 * The way from the rule to a FIFO queue: a standard queue, and a pipe that reads the message group from the event. An event
 * without a group fails in the pipe and goes to the queue of undelivered events.
 */
export function intakeResources(fifo: FifoOptions, { stage, functionName, ids }: SubscriptionContext): ResourceMap {
  return {
    [ids.intake]: queueOf(intakeQueueName(stage, functionName), {
      visibilityTimeout: INTAKE_VISIBILITY_SECONDS,
      deadLetters: { id: ids.undelivered, maxReceiveCount: INTAKE_RECEIVES },
    }),
    [ids.undelivered]: deadLetterQueueOf(undeliveredQueueName(stage, functionName)),
    [ids.pipeRole]: pipeRole(pipeName(stage, functionName), { source: ids.intake, target: ids.queue }),
    [ids.pipe]: {
      Type: 'AWS::Pipes::Pipe',
      Properties: {
        Name: pipeName(stage, functionName),
        RoleArn: arnOf(ids.pipeRole),
        Source: arnOf(ids.intake),
        // One event at a time, so an event without a group fails alone.
        SourceParameters: { SqsQueueParameters: { BatchSize: 1 } },
        Target: arnOf(ids.queue),
        TargetParameters: {
          InputTemplate: pipedEvent,
          // A value that begins with a dollar is a path into the message. The pipe parses the body:
          // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html#pipes-targets-dynamic-parms
          SqsQueueParameters: {
            MessageGroupId: fifo.groupBy === undefined ? COMMON_GROUP : `$.body.${fifo.groupBy}`,
            MessageDeduplicationId: '$.body.id',
          },
        },
      },
    },
  };
}

function pipeRole(pipe: string, { source, target }: { readonly source: string; readonly target: string }): Resource {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'pipes.amazonaws.com' },
            Action: 'sts:AssumeRole',
            // Only for this pipe: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
            Condition: {
              StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') },
              ArnEquals: {
                'aws:SourceArn': sub(`arn:\${AWS::Partition}:pipes:\${AWS::Region}:\${AWS::AccountId}:pipe/${pipe}`),
              },
            },
          },
        ],
      },
      Policies: [
        {
          PolicyName: 'access',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
                Resource: [arnOf(source)],
              },
              { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: [arnOf(target)] },
            ],
          },
        },
      ],
    },
  };
}
