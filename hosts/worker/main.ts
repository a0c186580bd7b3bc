import { guardProcess, type ProcessGuard } from '#hosts/functions/process-guard.ts';
import { createHost } from '#hosts/lambda/host.ts';
import { createAwsWorkerRuntime } from '#hosts/runtimes/aws-worker.ts';
import type { Environment } from '#hosts/runtimes/environment.ts';
import { sqsPoll } from '#hosts/sources/queue-source.ts';
import { startWatchdog } from '#hosts/watchdog/watchdog.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import type { WorkerSettings } from './settings.ts';
import { startWorker, type Worker } from './worker.ts';
import type { WorkerFunction } from './worker-function.ts';

export interface WorkerCommand {
  readonly wired: WorkerFunction;
  readonly stage: string;
  readonly settings: WorkerSettings;
  readonly env: Environment;
  /** The id of this process among the workers of the function. */
  readonly id: string;
}

/**
 * `npx starling worker`: runs until SIGTERM or SIGINT, waits for the running invocations, and ends the process.
 *
 * @throws ConfigurationError that says what to change.
 */
export async function runWorker({ wired, stage, settings, env, id }: WorkerCommand): Promise<void> {
  const aws = createAwsWorkerRuntime(env, wired);
  const runtime = { ...aws, poll: sqsPoll, host: createHost(aws.inner) };
  const { log } = runtime.inner;
  // The command ends by itself when its output is closed.
  const guard = guardProcess(log, { allowsOutside: true });
  const worker = await startWorker({ wired, stage, settings, runtime, id });
  const { port, concurrency } = worker;
  log.info('the worker takes messages', { function: wired.name, stage, concurrency, health: port });
  // The platform starts the container again.
  startWatchdog({ supervisor: undefined, note: undefined, format: 'json', log });
  stopAtSignals(worker, log, guard);
}

function stopAtSignals(worker: Worker, log: Logger, guard: ProcessGuard): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // The second signal ends the process at once.
      if (stopping) guard.exit(130);
      stopping = true;
      log.info('the worker is stopping', { signal });
      worker.stop().then(
        // A handler that still runs would keep the process alive. Its messages were released.
        () => guard.exit(0),
        (error: unknown) => {
          log.error('the worker did not stop cleanly', { error });
          guard.exit(1);
        },
      );
    });
  }
}
