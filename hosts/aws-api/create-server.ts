import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import { schemaFor } from '#shared/events/catalog.ts';
import { EventIngress } from '#shared/events/ingress.ts';
import { awsCredentials, STANDALONE_REGION } from '#shared/security/aws-credentials.ts';
import { Bodies } from './body.ts';
import { eventsService } from './events/events.ts';
import type { RuleStore } from './events/rule-store.ts';
import { kinesisService } from './kinesis/kinesis.ts';
import { type Admission, AwsApiServer } from './server.ts';
import type { MoveTasks } from './sqs/move-tasks.ts';
import type { QueueStore } from './sqs/queue-store.ts';
import { sqsService } from './sqs/sqs.ts';

/** The rules, queues and move tasks that clients create. */
export interface ClientStores {
  readonly rules: RuleStore;
  readonly queues: QueueStore;
  readonly tasks: MoveTasks;
  /** The time at which this process created the resources of serverless.yml, in milliseconds since 1970. */
  readonly since: number;
}

/** Creates the server with its services. The server accepts the keys that `npx starling env` prints. */
export async function createAwsApiServer(
  runtime: StandaloneRuntime,
  admission: Admission,
  { rules, queues, tasks, since }: ClientStores,
): Promise<AwsApiServer> {
  const { settings, clock, wallClock, log, bus, quarantine, metrics, queue, stream, streamRetention } = runtime;
  const ingress = new EventIngress({ bus, quarantine, clock, metrics, log, door: 'PutEvents', schemaFor });
  return new AwsApiServer({
    services: [
      eventsService({ bus: settings.bus, ingress, rules, queue, log }),
      sqsService({ runtime, queues, tasks, url: settings.url, since }),
      kinesisService({ stream, clock, retention: streamRetention, since }),
    ],
    credentials: await awsCredentials(settings.data),
    region: STANDALONE_REGION,
    clock: wallClock,
    log,
    bodies: new Bodies(),
    admission,
  });
}
