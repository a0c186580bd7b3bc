import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { isObject } from '#shared/objects.ts';
import { SchemaError } from '#shared/schemas/problems.ts';

/** What a function of serverless.yml is woken by: an agent's own events, or what a pattern matches. */
export type Subscription =
  | { readonly consumer: string; readonly agent: string }
  | { readonly consumer: string; readonly pattern: Readonly<Record<string, unknown>> };

/**
 * The subscriptions in serverless.yml, none when there is no such file. Only this event type of ours is read here: what
 * else the file holds, and the tags of CloudFormation in it, are for the plugin and for standalone to check.
 *
 * @throws SchemaError when the file is not YAML.
 */
export function readSubscriptions(file: string, shown: string): Subscription[] {
  const text = readIfThere(file);
  if (text === undefined) return [];
  const lines = new LineCounter();
  const document = parseDocument(text, { logLevel: 'silent', lineCounter: lines });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0]);
    throw new SchemaError([{ where: `${shown}:${line}`, message: `This is not YAML: ${error.message}` }], {
      cause: error,
    });
  }
  const { functions } = asRecord(document.toJS());
  return Object.entries(asRecord(functions)).flatMap(([consumer, definition]) => {
    const { events } = asRecord(definition);
    if (!Array.isArray(events)) return [];
    return events.flatMap((event) => subscriptionOf(consumer, asRecord(asRecord(event).subscription)));
  });
}

function subscriptionOf(consumer: string, { agent, pattern }: Readonly<Record<string, unknown>>): Subscription[] {
  if (typeof agent === 'string') return [{ consumer, agent }];
  if (typeof pattern === 'object' && pattern !== null) return [{ consumer, pattern: asRecord(pattern) }];
  return [];
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}
