import { getRequestListener } from '@hono/node-server';
import { ACCOUNT, REGION } from '#hosts/aws-api/identity.ts';
import { isAwsRequest, LazyAwsApiServer } from '#hosts/aws-api/lazy-server.ts';
import { type LocalFunction, loadExport } from '#hosts/functions/function.ts';
import { GuardedFunction } from '#hosts/functions/guarded.ts';
import { InProcessFunction } from '#hosts/functions/in-process.ts';
import { IsolatedFunction } from '#hosts/functions/isolated.ts';
import { Isolation } from '#hosts/functions/isolation.ts';
import { type Settings, withPort } from '#hosts/runtimes/settings.ts';
import {
  createStandaloneRuntime,
  type StandaloneOptions,
  type StandaloneRuntime,
  storeProblem,
} from '#hosts/runtimes/standalone.ts';
import type { Source } from '#hosts/sources/source.ts';
import type { Fall } from '#hosts/watchdog/fall.ts';
import type { Phase } from '#hosts/watchdog/watchdog.ts';
import { ConfigurationError } from '#shared/errors.ts';
import { type HttpService, isHttpService } from '#shared/http/service.ts';
import type { AgentRecord } from '#shared/ports/agent-registry.ts';
import { provideRuntime } from '#shared/runtime/current.ts';
import { createTokenVerifier } from '#shared/security/verify-token.ts';
import type { CallLog } from '#shared/telemetry/call-log.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { createMetrics } from '#shared/telemetry/prometheus.ts';
import { queueName } from '#wiring/names.ts';
import type { WiredFunction, Wiring } from '#wiring/types.ts';
import { createApiGateway } from './api-gateway/api-gateway.ts';
import { LocalAuthorizer } from './api-gateway/authorize.ts';
import type { Listener } from './connections/connection.ts';
import { maxOpenFiles, withinOpenFiles } from './connections/open-files.ts';
import { connectionGauges, gauges } from './gauges.ts';
import { createIssuer, type Issuer } from './issuer/issuer.ts';
import { type SeededClient, seedSecurity } from './issuer/seed-client.ts';
import { collectAgents } from './manifest.ts';
import { canBeIsolated, Recovery } from './recovery.ts';
import { HttpServer, unavailable } from './server.ts';
import { startSources } from './start-sources.ts';

/** A stop takes at most 5 s. The next start delivers again the messages of work that still runs after this time. */
const DRAIN_MS = 4_000;
const ISSUER_LOAD_DELAY_MS = 100;
const DEFAULT_STREAM_RETENTION_HOURS = 24;

export interface HostOptions {
  readonly settings: Settings;
  readonly wiring: Wiring;
  readonly log: Logger;
  readonly calls: CallLog;
  /** Why the process before this one ended without a stop. Undefined: it stopped, or nobody knows. */
  readonly fall: Fall | undefined;
  /** Called when the store cannot go on. The process must end. */
  readonly onFatal: (error: Error) => void;
  /** Called when the start begins to import agents' modules, and when the mesh serves. */
  readonly onPhase?: (phase: Phase) => void;
}

/** A running mesh. */
export interface Host {
  readonly settings: Settings;
  readonly client: SeededClient;
  readonly agents: readonly string[];
  stop(): Promise<void>;
}

/**
 * Starts the whole mesh in this process. The host replaces API Gateway, Lambda and the event sources, and calls the same
 * handlers from the same serverless.yml.
 *
 * @throws ConfigurationError that says what to change.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const server = new HttpServer(withinOpenFiles(options.settings, maxOpenFiles(), options.log));
  const port = await server.listen(options.settings.host, options.settings.port);
  const settings = withPort(options.settings, port);
  const stops: (() => Promise<void>)[] = [];
  try {
    return await startBehind(server, { ...options, settings }, stops);
  } catch (error) {
    for (const stop of stops.reverse()) await stop();
    await server.close(0);
    throw storeProblem(settings, error) ?? error;
  }
}

/** The start of a mesh, step by step. `stops` gets what must be undone if a later step fails. */
async function startBehind(server: HttpServer, options: HostOptions, stops: (() => Promise<void>)[]): Promise<Host> {
  const { settings, wiring, log, fall } = options;
  const runtime = openRuntime(options, server);
  server.countRefused((why) => runtime.metrics.count('starling_connections_refused_total', { why }));
  stops.push(() => runtime.database.close());
  stops.push(() => runtime.retention.stop());
  const issuer = await openIssuer(runtime);
  provideRuntime(runtime);

  const isolation = new Isolation(settings.data, runtime.wallClock);
  const functions = createFunctions(wiring, runtime, isolation);
  options.onPhase?.('importing');
  const agents = await registerAgents(wiring, runtime, functions);
  const { clients, permissions, clock } = runtime;
  const client = await seedSecurity({ clients, permissions, folder: settings.data, clock });

  const services = await loadServices(wiring);
  const api = createApiGateway(wiring.functions, services, {
    authorizers: createAuthorizers(functions, runtime),
    admission: server.admission,
  });
  const awsApi = new LazyAwsApiServer(runtime, server.admission);
  const recovery = fall && new Recovery({ fall, runtime, isolation, functions: wiring.functions });
  const sources = await startSources({
    runtime,
    wiring,
    functions,
    recovery,
    made: () => awsApi.restore(),
  });
  runtime.retention.start();
  server.serve(route(issuer, awsApi, getRequestListener(api.fetch)));
  const loading = loadSoon(issuer, log);
  options.onPhase?.('serving');
  return {
    settings,
    client,
    agents: agents.map(({ id }) => id),
    async stop() {
      clearTimeout(loading);
      const pruned = runtime.retention.stop();
      await drain(server, [...services.values(), awsApi], sources);
      await Promise.all([...functions.values()].map((each) => each.stop()));
      await pruned;
      await runtime.database.close();
    },
  };
}

/** Opens the issuer with its keys from the data folder. From then on the runtime can verify tokens. */
async function openIssuer(runtime: StandaloneRuntime): Promise<Issuer> {
  const { settings, clients, secrets, wallClock: clock, log } = runtime;
  const issuer = await createIssuer({ clients, secrets, issuer: settings.url, clock, log });
  runtime.verifyTokensBy(createTokenVerifier({ issuer: settings.url, jwks: issuer.jwks(), clock }));
  return issuer;
}

/** The issuer loads slowly. It loads shortly after the start, so that the first client does not wait for it. */
function loadSoon(issuer: Issuer, log: Logger): NodeJS.Timeout {
  const load = () => issuer.load().catch((error: unknown) => log.error('the token issuer failed to load', { error }));
  return setTimeout(load, ISSUER_LOAD_DELAY_MS);
}

function createFunctions(wiring: Wiring, runtime: StandaloneRuntime, isolation: Isolation): Map<string, LocalFunction> {
  const create = (wired: WiredFunction) => {
    if (wired.isolation === 'thread') return new IsolatedFunction(wired, runtime);
    return canBeIsolated(wired) ? new GuardedFunction(wired, runtime, isolation) : new InProcessFunction(wired);
  };
  return new Map(wiring.functions.map((wired) => [wired.name, create(wired)]));
}

/** Collects the agents and gives their manifest to the function that keeps the registry. */
async function registerAgents(
  wiring: Wiring,
  runtime: StandaloneRuntime,
  functions: ReadonlyMap<string, LocalFunction>,
): Promise<AgentRecord[]> {
  const agents = await collectAgents(wiring, runtime.registry);
  const registry = wiring.functions.find(({ manifest }) => manifest === 'agents');
  if (registry === undefined) {
    throw new ConfigurationError(
      `${wiring.file}: no function has the event { manifest: agents }. One function needs it: it keeps the registry of agents.`,
    );
  }
  await functions.get(registry.name)?.invoke({ agents });
  return agents;
}

/** One authorizer per function: a route of serverless.yml may name any function as its authorizer. */
function createAuthorizers(
  functions: ReadonlyMap<string, LocalFunction>,
  { clock, wallClock, log }: StandaloneRuntime,
): Map<string, LocalAuthorizer> {
  return new Map(
    [...functions].map(([name, target]) => [name, new LocalAuthorizer({ target, clock, wallClock, log })]),
  );
}

function openRuntime(
  { settings, wiring, log, calls, onFatal }: HostOptions,
  { admission }: Pick<HttpServer, 'admission'>,
): StandaloneRuntime {
  const functions = new Map(
    wiring.functions.map(({ name, subscriptions }) => [
      name,
      { maxReceiveCount: subscriptions[0]?.maxReceiveCount ?? 1 },
    ]),
  );
  const runtime: StandaloneRuntime = createStandaloneRuntime({
    settings,
    log,
    calls,
    metrics: createMetrics({ log, gauges: [...gauges(wiring, () => runtime), ...connectionGauges(admission)] }),
    account: ACCOUNT,
    region: REGION,
    inline: inlineSubscription(wiring),
    functions,
    streamRetention: streamRetention(wiring),
    onFatal,
  });
  return runtime;
}

/** The one subscription with `inline: true`, if there is one. */
function inlineSubscription({ stage, functions }: Wiring): StandaloneOptions['inline'] {
  const inline = functions.find(({ subscriptions }) =>
    subscriptions.some((subscription) => subscription.kind === 'pattern' && subscription.inline),
  );
  return inline && { functionName: inline.name, queue: queueName(stage, inline.name) };
}

/** Milliseconds. The default is that of Kinesis. */
function streamRetention({ functions }: Wiring): (stream: string) => number {
  const hours = new Map(
    functions.flatMap(({ streams }) => streams.map(({ stream, retentionHours }) => [stream, retentionHours] as const)),
  );
  return (stream) => (hours.get(stream) ?? DEFAULT_STREAM_RETENTION_HOURS) * 3_600_000;
}

/** Loads the functions with routes. The host calls them as HTTP services, without a Lambda event in between. */
async function loadServices(wiring: Wiring): Promise<Map<string, HttpService>> {
  const services = new Map<string, HttpService>();
  for (const wired of wiring.functions) {
    if (wired.routes.length === 0) continue;
    services.set(wired.name, await loadExport(wired, isHttpService, 'an HTTP service'));
  }
  return services;
}

const issuerPaths = new Set(['/oauth2/token', '/.well-known/jwks.json']);

function route(issuer: Issuer, awsApi: LazyAwsApiServer, api: Listener): Listener {
  return (request, response) => {
    if (isAwsRequest(request)) return void awsApi.answer(request, response);
    const path = request.url?.split('?', 1)[0] ?? '';
    if (issuerPaths.has(path)) issuer.callback(request, response);
    else api(request, response);
  };
}

/**
 * Answers waiting calls and ends streams, then waits for the invocations. The next start delivers unfinished messages
 * again.
 */
async function drain(
  server: HttpServer,
  services: readonly Pick<HttpService, 'drain'>[],
  sources: readonly Source[],
): Promise<void> {
  for (const service of services) service.drain();
  const closed = server.close(DRAIN_MS);
  server.serve(unavailable);
  const stopped = Promise.all(sources.map((source) => source.stop()));
  await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, DRAIN_MS).unref())]);
  await closed;
}
