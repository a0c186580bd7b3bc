import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { isObject } from '#shared/objects.ts';
import { SchemaError } from '#shared/schemas/problems.ts';

/** The events that wake a function of serverless.yml: the events of an agent, or the events that a pattern matches. */
export type Subscription =
  | { readonly consumer: string; readonly agent: string }
  | { readonly consumer: string; readonly pattern: Readonly<Record<string, unknown>> };

/**
 * The subscriptions in serverless.yml. Without such a file there are none. Only the event type `subscription` is read
 * here. The plugin and standalone check everything else in the file, with the tags of CloudFormation.
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
