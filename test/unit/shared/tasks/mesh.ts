import { agentRecord } from '#shared/agent/manifest.ts';
import type { CloudEvent } from '#shared/events/envelope.ts';
import { EventPublisher } from '#shared/events/publisher.ts';
import type { TaskRequestedV1 } from '#shared/generated/types.ts';
import type { AgentId, TaskId } from '#shared/ids.ts';
import type { RegisteredAgent } from '#shared/ports/agent-registry.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import type { Submission } from '#shared/tasks/submit.ts';
import { archivedEvents } from '#test/support/archive.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { openSqlite } from '#test/support/sqlite.ts';

export function agentNamed(id: string, input?: Record<string, unknown>): RegisteredAgent {
  const definition = {
    name: id,
    description: 'Returns what it is sent.',
    version: '1.0.0',
    public: true,
    skills: [{ id: 'echo', name: 'Echo', description: 'Returns it.', tags: ['test'] }],
    handler: () => undefined,
  };
  const record = agentRecord(id as AgentId, definition, 300);
  return {
    ...record,
    skillSchemas: [{ id: 'echo', ...(input && { input }) }],
    updatedAt: 0,
  } as unknown as RegisteredAgent;
}

/** What makes and follows tasks, over the SQLite adapter. */
export async function openCore() {
  const clock = new TestClock();
  const store = await openSqlite(clock);
  const runtime = { tasks: store.tasks, publisher: new EventPublisher(store.bus, clock), clock };
  return {
    runtime,
    tasks: store.tasks,
    remove: store.remove,
    async task(id: TaskId): Promise<TaskRecord> {
      const task = await store.tasks.get(id);
      if (task === undefined) throw new Error(`there is no task ${id}`);
      return task;
    },
    /** The data of all TaskRequested events. */
    async requests(): Promise<readonly TaskRequestedV1[]> {
      const events = await archivedEvents(store.bus);
      return events.flatMap((event) =>
        event['detail-type'] === 'TaskRequested.v1' ? [(event.detail as CloudEvent<TaskRequestedV1>).data] : [],
      );
    },
  };
}

export type Core = Awaited<ReturnType<typeof openCore>>;

export const echo = agentNamed('echo');

export function submission(message: unknown, changes: Partial<Submission> = {}): Submission {
  return { agent: echo, principal: { clientId: 'app', scopes: [] }, message, traceparent: undefined, ...changes };
}

let messages = 0;

export function userMessage(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { messageId: `m${++messages}`, role: 'ROLE_USER', parts: [{ text: 'hello' }], ...changes };
}
