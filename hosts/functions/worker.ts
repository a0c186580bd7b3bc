import { parentPort, workerData } from 'node:worker_threads';
import type { SQSEvent } from 'aws-lambda';
import { SteadyClock } from '#hosts/runtimes/steady-clock.ts';
import { StoreIdempotency } from '#shared/agent/store-idempotency.ts';
import { messageOf, readable } from '#shared/errors.ts';
import { EventPublisher } from '#shared/events/publisher.ts';
import { systemClock } from '#shared/ports/clock.ts';
import { isStoreUnavailable, StoreUnavailableError } from '#shared/ports/errors.ts';
import type { EventBus } from '#shared/ports/event-bus.ts';
import type { IdempotencyStore } from '#shared/ports/idempotency-store.ts';
import { provideRuntime } from '#shared/runtime/current.ts';
import { ExcusedReceives } from '#shared/runtime/excused-receives.ts';
import type { AgentRuntime } from '#shared/runtime/runtime.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { redactFields } from '#shared/telemetry/redact.ts';
import { lambdaContext } from './context.ts';
import { type LambdaHandler, loadHandler } from './function.ts';
import { OutOfResourcesError } from './out-of-resources.ts';
import { type FromWorker, type RemotePort, remoteMethods, type ToWorker, type WorkerStart } from './protocol.ts';

/**
 * The thread of an isolated function. It has an agent's runtime, whose ports are calls to the host. The host can therefore
 * terminate a handler that never yields, and no data is lost.
 */
const port = parentPort;
if (port === null) throw new Error('worker.ts runs in a worker thread');
const start = workerData as WorkerStart;
const send = (message: FromWorker) => port.postMessage(message);
const calls = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
let lastCall = 0;

function remote<Port>(name: RemotePort): Port {
  const methods = remoteMethods[name].map((method) => [
    method,
    (...args: unknown[]) =>
      new Promise((resolve, reject) => {
        calls.set(++lastCall, { resolve, reject });
        send({ kind: 'call', call: lastCall, port: name, method, args });
      }),
  ]);
  return Object.fromEntries(methods);
}

/** Fields become plain data here: structured clone drops an error's code and refuses functions. */
function toldLog(level: keyof Logger): Logger[typeof level] {
  return (message, fields = {}) =>
    send({ kind: 'tell', port: 'log', method: level, args: [message, redactFields(fields)] });
}

const clock = new SteadyClock({
  wall: systemClock,
  monotonic: () => performance.now(),
  notBefore: start.now,
  // The host logs changes of the machine's clock itself.
  log: { warn: () => {}, info: () => {} },
});

const excusedReceives = new ExcusedReceives();

const runtime: AgentRuntime = {
  settings: start.settings,
  clock,
  publisher: new EventPublisher(remote<EventBus>('bus'), clock),
  stream: remote<AgentRuntime['stream']>('stream'),
  queue: remote<AgentRuntime['queue']>('queue'),
  idempotency: new StoreIdempotency(remote<IdempotencyStore>('idempotencyStore')),
  log: { debug: toldLog('debug'), info: toldLog('info'), warn: toldLog('warn'), error: toldLog('error') },
  metrics: {
    count: (...args) => send({ kind: 'tell', port: 'metrics', method: 'count', args }),
    observe: (...args) => send({ kind: 'tell', port: 'metrics', method: 'observe', args }),
  },
  functionSettings: () => start.functionSettings,
  excusedReceives: (record) => excusedReceives.of(record),
};
provideRuntime(runtime);

let handler: Promise<LambdaHandler> | undefined;

/** Imports the module. After a failure the next invocation tries again. */
function load(): Promise<LambdaHandler> {
  handler ??= loadHandler({ name: start.name, handler: start }).then(
    (loaded) => {
      send({ kind: 'loaded' });
      return loaded;
    },
    (error: unknown) => {
      handler = undefined;
      throw error;
    },
  );
  return handler;
}
// The first invocation reports this error.
load().catch(() => {});

async function invoke({ id, event, excused }: ToWorker & { kind: 'invoke' }): Promise<void> {
  // A message between threads is a copy: the records here are other objects than the host's.
  for (const [at, record] of ((event as Partial<SQSEvent> | null)?.Records ?? []).entries()) {
    excusedReceives.note(record, excused[at] ?? 0);
  }
  try {
    const loaded = await load();
    send({ kind: 'begun', id });
    send({ kind: 'result', id, value: await loaded(event, lambdaContext(start)) });
  } catch (error) {
    sendFailure(id, readable(error));
  }
}

/** Nobody waits for the result: the host has answered for the message. */
async function cancel(event: unknown): Promise<void> {
  try {
    await (await load())(event, lambdaContext(start));
  } catch (error) {
    runtime.log.warn('an order to stop failed', { function: start.name, error });
  }
}

function sendFailure(id: number, error: unknown): void {
  const lacks = error instanceof OutOfResourcesError ? 'machine' : isStoreUnavailable(error) ? 'store' : undefined;
  try {
    send({ kind: 'failure', id, error, lacks });
  } catch {
    // Structured clone refuses functions, symbols and Proxies, also inside an error.
    send({ kind: 'failure', id, error: new Error(messageOf(error)), lacks });
  }
}

port.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'invoke':
      void invoke(message);
      return;
    case 'cancel':
      void cancel(message.event);
      return;
    case 'answer':
      calls.get(message.call)?.resolve(message.value);
      calls.delete(message.call);
      return;
    case 'refusal':
      calls
        .get(message.call)
        ?.reject(message.unavailable ? new StoreUnavailableError(messageOf(message.error)) : message.error);
      calls.delete(message.call);
      return;
    default:
      message satisfies never;
  }
});
