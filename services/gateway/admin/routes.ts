import { Hono } from 'hono';
import { adminAgent, adminAgents, adminQuarantine, adminTask, adminTasks } from '#shared/admin/schemas.ts';
import { pageParameters } from '#shared/http/query.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import type { Correlator } from '#shared/tasks/correlator.ts';
import type { GatewayEnvironment } from '../environment.ts';
import { getAgent, listAgents } from './agents.ts';
import { answerError } from './errors.ts';
import { eventParameters, eventStream } from './events.ts';
import { openApiDocument } from './openapi.ts';
import { listQuarantine } from './quarantine.ts';
import { type AdminRoute, adminRoute } from './route.ts';
import { cancelTask, watchTask } from './task-actions.ts';
import { getTask, listTasks, taskParameters } from './tasks.ts';

/** The parts of the runtime that the admin API reads. */
export type AdminRuntime = Pick<
  Runtime,
  'registry' | 'tasks' | 'archive' | 'quarantine' | 'log' | 'publisher' | 'clock'
> & {
  readonly settings: Pick<Runtime['settings'], 'url' | 'tokenUrl' | 'maxAnswerBytes'>;
};

export interface AdminOptions {
  /** Follows tasks. Its drain ends the streams. */
  readonly correlator: Correlator;
  /** Aborts when the process is about to stop. Streams end then. */
  readonly draining?: AbortSignal;
}

/**
 * The admin API, mounted at /admin. The authorizer has already checked the scope starling/gateway:admin, so no route
 * here checks it again. The routes show the tasks of every owner.
 */
export function adminRoutes(runtime: AdminRuntime, options: AdminOptions): Hono<GatewayEnvironment> {
  const app = new Hono<GatewayEnvironment>();
  for (const route of routesOf(runtime, options)) route.mount(app);
  app.onError(answerError(runtime));
  return app;
}

/** Every route, which GET /admin/openapi.json documents. */
function routesOf(runtime: AdminRuntime, { correlator, draining }: AdminOptions) {
  const { registry, tasks, archive, quarantine, settings } = runtime;
  const routes: readonly AdminRoute[] = [
    adminRoute({
      method: 'get',
      path: '/agents',
      summary: 'Lists the agents by their id.',
      answer: adminAgents,
      handle: () => listAgents(registry),
    }),
    adminRoute({
      method: 'get',
      path: '/agents/{id}',
      summary: 'Shows an agent.',
      answer: adminAgent,
      handle: ({ path }) => getAgent(registry, path.id),
    }),
    adminRoute({
      method: 'get',
      path: '/tasks',
      summary: 'Lists the tasks of every owner, the newest first.',
      query: taskParameters,
      answer: adminTasks,
      handle: ({ query }) => listTasks(tasks, query),
    }),
    adminRoute({
      method: 'get',
      path: '/tasks/{id}',
      summary: 'Shows a task of any owner with its log.',
      answer: adminTask,
      handle: ({ path }) => getTask(tasks, path.id),
    }),
    adminRoute({
      method: 'get',
      path: '/tasks/{id}/events',
      summary: 'Streams a task of any owner: the task as it is, and then each change until its turn ends.',
      answer: 'text/event-stream',
      handle: ({ path, context }) => watchTask({ tasks, settings }, path.id, { context, correlator }),
    }),
    adminRoute({
      method: 'post',
      path: '/tasks/{id}/cancel',
      summary: 'Cancels a task of any owner.',
      answer: adminTask,
      handle: ({ path, context }) => cancelTask(runtime, path.id, context),
    }),
    adminRoute({
      method: 'get',
      path: '/events',
      summary: 'Streams the events of the archive after a position, and then each event as it passes.',
      query: eventParameters,
      answer: 'text/event-stream',
      handle: ({ query, context }) => eventStream(archive, { query, context, draining }),
    }),
    adminRoute({
      method: 'get',
      path: '/quarantine',
      summary: 'Lists the events in quarantine, the newest first.',
      query: pageParameters,
      answer: adminQuarantine,
      handle: ({ query }) => listQuarantine(quarantine, query),
    }),
    adminRoute({
      method: 'get',
      path: '/openapi.json',
      summary: 'Describes this API as an OpenAPI document.',
      answer: { type: 'object' },
      handle: () => openApiDocument(routes, settings),
    }),
  ];
  return routes;
}
