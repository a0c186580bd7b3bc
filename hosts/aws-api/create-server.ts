import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import { schemaFor } from '#shared/events/catalog.ts';
import { EventIngress } from '#shared/events/ingress.ts';
import { awsCredentials, EMBEDDED_REGION } from '#shared/security/aws-credentials.ts';
import { Bodies } from './body.ts';
import { Door } from './door.ts';
import { eventsService } from './events/events.ts';
import type { RuleBook } from './events/rule-book.ts';
import { kinesisService } from './kinesis/kinesis.ts';
import type { QueueBook } from './sqs/queue-book.ts';
import { sqsService } from './sqs/sqs.ts';

/** What clients made. */
export interface Books {
  readonly rules: RuleBook;
  readonly queues: QueueBook;
}

/** Makes the door with its services; the keys are those that `npx starling env` prints. */
export async function openDoor(runtime: StandaloneRuntime, { rules, queues }: Books): Promise<Door> {
  const { settings, clock, wallClock, log, bus, quarantine, metrics, queue, stream, streamRetention } = runtime;
  const ingress = new EventIngress({ bus, quarantine, clock, metrics, log, door: 'PutEvents', schemaFor });
  return new Door({
    services: [
      eventsService({ bus: settings.bus, ingress, rules, queue, log }),
      sqsService({ queue, queues, url: settings.url }),
      kinesisService({ stream, clock, retention: streamRetention, since: clock.now() }),
    ],
    credentials: await awsCredentials(settings.data),
    region: EMBEDDED_REGION,
    clock: wallClock,
    log,
    bodies: new Bodies(),
  });
}
