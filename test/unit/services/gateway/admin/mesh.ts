import { SqliteAgentRegistry } from '#adapters/sqlite/agent-registry.ts';
import { SqliteEventBus } from '#adapters/sqlite/event-bus.ts';
import { SqliteQuarantine } from '#adapters/sqlite/quarantine.ts';
import { SqliteQueue } from '#adapters/sqlite/queue.ts';
import { openTasks } from '#adapters/sqlite/tasks.ts';
import { adminRoutes } from '#services/gateway/admin/routes.ts';
import { EventPublisher } from '#shared/events/publisher.ts';
import { type AgentId, type ContextId, type TaskId, uuidv7 } from '#shared/ids.ts';
import { Correlator } from '#shared/tasks/correlator.ts';
import type { LogFields } from '#shared/telemetry/logger.ts';
import { openDatabase, TestClock } from '#test/support/fixtures.ts';

/** The admin API over the SQLite stores. */
export function openMesh() {
  const { database, close } = openDatabase();
  const clock = new TestClock();
  const queue = new SqliteQueue(database, clock);
  const archive = new SqliteEventBus(database, queue, clock, { account: '000000000000', region: 'us-east-1' });
  const quarantine = new SqliteQuarantine(database, clock);
  const tasks = openTasks({
    database,
    bus: archive,
    quarantine,
    clock,
    retentionMs: 30 * 86_400_000,
    inlineQueue: 'projector',
  });
  const registry = new SqliteAgentRegistry(database, archive, clock);
  const publisher = new EventPublisher(archive, clock);
  const errors: LogFields[] = [];
  const nothing = () => {};
  const log = {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: (_: string, fields?: LogFields) => void errors.push(fields ?? {}),
  };
  const settings = {
    url: 'https://mesh.example',
    maxAnswerBytes: 16_777_216,
    card: '1.0',
    tokenUrl: 'https://mesh.example/oauth2/token',
  };
  const draining = new AbortController();
  const routes = adminRoutes(
    { registry, tasks, archive, quarantine, publisher, clock, log, settings },
    { correlator: new Correlator(tasks), draining: draining.signal },
  );

  const trace = '00-11111111111111111111111111111111-2222222222222222-01';

  async function createTask(agent = 'echo', owner = 'app'): Promise<{ id: TaskId; contextId: ContextId }> {
    const now = clock.now();
    const id = uuidv7(now) as TaskId;
    const contextId = uuidv7(now) as ContextId;
    const messageId = uuidv7(now);
    const request = publisher.prepare(
      'TaskRequested.v1',
      {
        taskId: id,
        contextId,
        agentId: agent,
        turn: 1,
        attemptBase: 0,
        message: { messageId, role: 'ROLE_USER', parts: [{ text: 'hello' }], taskId: id, contextId },
        deadline: new Date(now + 300_000).toISOString(),
        principal: { id: owner, scopes: [] },
      },
      { source: 'starling.tasks', subject: id, correlationId: id, traceparent: trace },
    );
    const deadline = now + 300_000;
    await tasks.create({
      id,
      contextId,
      agentId: agent as AgentId,
      owner,
      createdAt: now,
      deadline,
      messageId,
      request,
    });
    return { id, contextId };
  }

  /** The agent answers with an artifact and completes. */
  async function completeTask({ id, contextId }: { id: TaskId; contextId: ContextId }, agent = 'echo'): Promise<void> {
    const place = { taskId: id, contextId, agentId: agent, turn: 1, attempt: 1 };
    const source = `starling.agents.${agent}`;
    const artifact = { artifactId: 'result', parts: [{ text: 'hello' }] };
    const status = { state: 'TASK_STATE_COMPLETED' as const, timestamp: new Date(clock.now()).toISOString() };
    await tasks.apply({
      source,
      detailType: 'TaskArtifact.v1',
      data: { ...place, sequence: 1, artifact, append: false, lastChunk: true },
    });
    await tasks.apply({ source, detailType: 'TaskStatusChanged.v1', data: { ...place, sequence: 2, status } });
  }

  /** The detail-types of all events so far. */
  async function archivedTypes(): Promise<string[]> {
    const types: string[] = [];
    const newest = await archive.newest();
    if (newest === 0) return types;
    for await (const { position, event } of archive.tail(0, new AbortController().signal)) {
      types.push(JSON.parse(event)['detail-type']);
      if (position >= newest) break;
    }
    return types;
  }

  async function get<Answer = unknown>(path: string, headers: Record<string, string> = {}) {
    const response = await routes.request(path, { headers });
    return { status: response.status, body: (await response.json()) as Answer };
  }

  return {
    routes,
    get,
    archive,
    quarantine,
    tasks,
    registry,
    publisher,
    clock,
    errors,
    draining,
    trace,
    archivedTypes,
    createTask,
    completeTask,
    close,
  };
}

export type Mesh = ReturnType<typeof openMesh>;
