import { asCloudFormation } from './cloudformation.ts';
import { readRoute, readSchedule, readStream } from './events.ts';
import { handlerFile, parseHandler } from './handler-file.ts';
import { InvalidSubscriptionError } from './parse-subscription.ts';
import type { Setting } from './setting.ts';
import type { Subscription } from './subscription.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { Handler, Route, Schedule, WiredFunction, WiredStream } from './types.ts';
import { DEFAULT_MEMORY_MB, DEFAULT_TIMEOUT_SECONDS } from './types.ts';

/** The rest of the file, as far as reading one function needs it. */
export interface ReadContext {
  /** The folder of serverless.yml. The paths of handlers are relative to it. */
  readonly folder: string;
  readonly root: Setting;
  readonly subscriptions: Subscriptions;
}

export function readFunction(name: string, setting: Setting, context: ReadContext): WiredFunction {
  const provider = context.root.get('provider');
  const timeout = firstOf(setting.get('timeout'), provider.get('timeout'))?.integer(1, 900) ?? DEFAULT_TIMEOUT_SECONDS;
  const subscriptions: Subscription[] = [];
  const streams: WiredStream[] = [];
  const schedules: Schedule[] = [];
  const routes: Route[] = [];
  let manifest: WiredFunction['manifest'];
  for (const event of setting.get('events').items()) {
    const [type, value] = onlyEntry(event);
    if (type === 'subscription') subscriptions.push(readSubscription(name, value, timeout, context.subscriptions));
    else if (type === 'stream') streams.push(readStream(value, context.root));
    else if (type === 'schedule') schedules.push(readSchedule(value));
    else if (type === 'http') routes.push(readRoute(value, context.root.get('functions')));
    else if (type === 'manifest') manifest = value.oneOf(['agents']);
    // A canary is a client of a deployed mesh, so only AWS has it.
    else if (type === 'canary') continue;
    else {
      value.fail(
        'is an event that standalone cannot deliver. Standalone knows subscription, stream, schedule, http and manifest.',
      );
    }
  }
  const isolation = setting.get('isolation');
  const wakeAtDeadlines = readWakeAtDeadlines(setting.get('wakeAtDeadlines'), schedules);
  return {
    name,
    handler: readHandler(setting.get('handler'), context.folder),
    timeout,
    memorySize:
      firstOf(setting.get('memorySize'), provider.get('memorySize'))?.integer(128, 10_240) ?? DEFAULT_MEMORY_MB,
    isolation: isolation.isAbsent ? undefined : isolation.oneOf(['thread']),
    environment: { ...readEnvironment(provider.get('environment')), ...readEnvironment(setting.get('environment')) },
    subscriptions,
    streams,
    schedules,
    wakeAtDeadlines,
    routes,
    manifest,
  };
}

/** The schedule finds the deadlines that passed while the mesh did not run. */
function readWakeAtDeadlines(setting: Setting, schedules: readonly Schedule[]): boolean {
  if (setting.isAbsent || !setting.boolean()) return false;
  if (schedules.length !== 1) {
    return setting.fail('needs exactly one schedule among the events of the function, such as rate(1 minute).');
  }
  return true;
}

function firstOf(...settings: Setting[]): Setting | undefined {
  return settings.find((setting) => !setting.isAbsent);
}

function onlyEntry(event: Setting): [string, Setting] {
  const [entry, ...others] = event.entries();
  return entry === undefined || others.length > 0
    ? event.fail('must be one event, such as { subscription: … }.')
    : entry;
}

function readSubscription(name: string, value: Setting, timeout: number, all: Subscriptions): Subscription {
  try {
    return all.add(name, value.plain(), timeout);
  } catch (error) {
    if (!(error instanceof InvalidSubscriptionError)) throw error;
    return (error.key === undefined ? value : value.get(error.key)).fail(error.message, { cause: error });
  }
}

function readHandler(setting: Setting, folder: string): Handler {
  const text = setting.string();
  const reference = parseHandler(text);
  if (reference === undefined) {
    return setting.fail(`'${text}' is not a handler. Write <file without ending>.<export>.`);
  }
  const { path, exportName } = reference;
  const file = handlerFile(folder, reference);
  return file === undefined
    ? setting.fail(`there is no ${path}.ts. Create it with an export named '${exportName}', or correct the handler.`)
    : { file, exportName, at: setting.at };
}

function readEnvironment(setting: Setting): Record<string, string> {
  const known = setting.entries().filter(([, { value, isAbsent }]) => !isAbsent && !asCloudFormation(value));
  return Object.fromEntries(known.map(([name, variable]) => [name, text(variable)]));
}

function text(setting: Setting): string {
  const { value } = setting;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : setting.fail('must be a text.');
}
