import { SqliteIdempotencyStore } from '#adapters/sqlite/idempotency.ts';
import { SqlitePermissionStore } from '#adapters/sqlite/permission-store.ts';
import { readSettings } from '#hosts/runtimes/settings.ts';
import { createGateway } from '#services/gateway/app.ts';
import { agentRecord } from '#shared/agent/manifest.ts';
import { StoreIdempotency } from '#shared/agent/store-idempotency.ts';
import { EventPublisher } from '#shared/events/publisher.ts';
import type { AgentId, TaskId } from '#shared/ids.ts';
import { systemClock } from '#shared/ports/clock.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import type { EndedCall } from '#shared/telemetry/call-log.ts';
import { createMetrics } from '#shared/telemetry/prometheus.ts';
import { openSqlite } from '#test/support/sqlite.ts';
import { artifactEvent, entry, statusEvent } from '#test/support/task-events.ts';

/** The gateway over the SQLite adapters, with an agent `echo` that answers when the test says so. */
export async function openGateway(env: Record<string, string> = {}) {
  const sqlite = await openSqlite(systemClock);
  const errors: string[] = [];
  const calls: EndedCall[] = [];
  const nothing = () => {};
  const log = { debug: nothing, info: nothing, warn: nothing, error: (message: string) => void errors.push(message) };
  const runtime: Runtime = {
    ...sqlite,
    settings: readSettings(env, false),
    clock: systemClock,
    log,
    metrics: createMetrics({ log }),
    calls: { write: (call) => void calls.push(call) },
    archive: sqlite.bus,
    permissions: new SqlitePermissionStore(sqlite.database),
    idempotency: new StoreIdempotency(new SqliteIdempotencyStore(sqlite.database, systemClock)),
    publisher: new EventPublisher(sqlite.bus, systemClock),
    tokens: () => Promise.reject(new Error('no token is good here')),
    functionSettings: () => ({ maxReceiveCount: 3 }),
    excusedReceives: () => 0,
  };
  const definition = {
    name: 'Echo',
    description: 'Returns what it is sent.',
    version: '1.0.0',
    public: true,
    skills: [{ id: 'echo', name: 'Echo', description: 'Returns it.', tags: ['test'] }],
    handler: () => undefined,
  };
  await sqlite.registry.put(agentRecord('echo' as AgentId, definition, 300), (change) =>
    entry('starling.registry', change, {}),
  );
  const gateway = createGateway(runtime);
  return {
    runtime,
    calls,
    gateway,
    errors,
    options: { app: gateway.app, log, ended: () => {} },
    remove: sqlite.remove,
    async task(id: string): Promise<TaskRecord> {
      const task = await sqlite.tasks.get(id as TaskId);
      if (task === undefined) throw new Error(`there is no task ${id}`);
      return task;
    },
    async works(task: TaskRecord): Promise<void> {
      await sqlite.tasks.apply(statusEvent(task, { sequence: 1 }, 'TASK_STATE_WORKING'));
    },
    async answers(task: TaskRecord, text: string): Promise<void> {
      await sqlite.tasks.apply(artifactEvent(task, { sequence: 2 }, { text }));
      await sqlite.tasks.apply(statusEvent(task, { sequence: 3 }, 'TASK_STATE_COMPLETED'));
    },
  };
}

export type TestGateway = Awaited<ReturnType<typeof openGateway>>;

/** A JSON-RPC request as a body. */
export function rpc(method: string, params: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
}

export function message(text: string): { readonly message: object } {
  return { message: { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text }] } };
}

export interface SseEvent {
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: a JSON-RPC response of any shape, taken apart by the tests
  readonly data: any;
}

export function parseEvents(text: string): SseEvent[] {
  return text
    .split('\n\n')
    .filter((block) => block.startsWith('id: '))
    .map((block) => {
      const [, id = '', data = ''] = /^id: (.*)\ndata: (.*)$/.exec(block) ?? [];
      return { id, data: JSON.parse(data) };
    });
}
