import { leftOut } from '#deployment/plugin/emulator/leave-out.ts';

/** The behaviour that tests on an emulator cannot show, with the tests that show it instead. */
export const limits: readonly string[] = [
  'Streamed answers: API Gateway and Lambda of the emulator pass an answer on when it is whole. The handler that streams is tested against a local host of Lambda’s framing.',
  'Kinesis: its mapping takes no partial batch response, does not bisect, retries for ever and has no destination for failures. The SQLite contract suite and the template’s tests stand in.',
  'Pipes: it makes them, and they carry nothing from queue to queue. Here the tests carry the messages in their place, as the template’s parameters say; its FIFO queues have one invocation at a time, and delete by receipts that have expired.',
  `What it has no types for, and the template is deployed without: ${leftOut.join(', ')}. The template’s tests say that they are there, and published schemas are tested against their originals.`,
  'The trace header of a message: SendMessageBatch of the emulator drops it. The adapter’s unit tests stand in.',
  'The event log: a rule’s target in CloudWatch Logs gets nothing, so `starling events tail` has nothing to show. The reader is tested by its contract suite.',
  'Alarms and X-Ray: alarms are made and never fire, traces go nowhere. The template’s tests say which there are.',
  'What is stored for good or not at all: TTL, point-in-time recovery, encryption and lifecycle rules are taken and do nothing.',
  'IAM’s condition dynamodb:LeadingKeys. Every other right of every role is enforced, if this emulator was started here.',
  'AWS’s limits and times: throttling, 6 MB a call, 29 s an answer, cold starts, delivery out of order or twice, nodejs24.x on arm64.',
];
