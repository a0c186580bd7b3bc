import { Hono } from 'hono';
import type { AdminAgents } from '#shared/admin/types.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import type { GatewayEnvironment } from '../environment.ts';
import { adminAgent } from './agents.ts';
import { answerError } from './errors.ts';
import { eventStream } from './events.ts';
import { listQuarantine } from './quarantine.ts';
import { getTask, listTasks } from './tasks.ts';

/** What the admin API reads. */
export type AdminRuntime = Pick<Runtime, 'registry' | 'tasks' | 'archive' | 'quarantine' | 'log'>;

export interface AdminOptions {
  /** Aborts when the process is about to stop: streams end then. */
  readonly draining?: AbortSignal;
}

/**
 * The admin API, to be mounted at /admin. The authorizer has let in the scope starling/gateway:admin before; here nobody
 * is asked again, and tasks of every owner are shown. Its answers are written down in shared/admin/types.ts.
 */
export function adminRoutes(runtime: AdminRuntime, { draining }: AdminOptions = {}): Hono<GatewayEnvironment> {
  const { registry, tasks, archive, quarantine } = runtime;
  const routes = new Hono<GatewayEnvironment>();
  routes.get('/agents', async (context) => {
    const agents = (await registry.list()).map(adminAgent);
    return context.json({ agents } satisfies AdminAgents);
  });
  routes.get('/tasks', async (context) => context.json(await listTasks(tasks, context.req.query())));
  routes.get('/tasks/:id', async (context) => context.json(await getTask(tasks, context.req.param('id'))));
  routes.get('/events', (context) => eventStream(archive, context, draining));
  routes.get('/quarantine', async (context) => context.json(await listQuarantine(quarantine, context.req.query())));
  routes.onError(answerError(runtime));
  return routes;
}
