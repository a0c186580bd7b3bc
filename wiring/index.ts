import { dirname, resolve } from 'node:path';
import { readDocument } from './document.ts';
import { readFunction } from './read-function.ts';
import { Setting } from './setting.ts';
import { Subscriptions } from './subscriptions.ts';
import type { Wiring } from './types.ts';
import { type VariableOptions, Variables } from './variables.ts';

/**
 * Reads `serverless.yml` as osls resolves it for the stage. It reads only the parts that standalone needs: the functions,
 * their events, and the values that these refer to. The other parts may use everything of osls and CloudFormation.
 * {@link Variables} lists the variables that it resolves.
 *
 * @throws ConfigurationError with file and line when a part cannot be wired.
 * @example
 * const wiring = readWiring('serverless.yml', { stage: 'local', env: process.env });
 */
export function readWiring(file: string, options: VariableOptions): Wiring {
  const document = readDocument(file);
  const root = Setting.root(document, new Variables(document, options));
  const context = { folder: dirname(resolve(file)), root, subscriptions: new Subscriptions() };
  const functions = root
    .get('functions')
    .entries()
    .map(([name, setting]) => readFunction(name, setting, context));
  const [first, second] = functions.filter(({ wakeAtDeadlines }) => wakeAtDeadlines);
  if (first !== undefined && second !== undefined) {
    root
      .get('functions')
      .get(second.name)
      .get('wakeAtDeadlines')
      .fail(
        `the function '${first.name}' has wakeAtDeadlines already. Only one function of a service can have it: remove it from the other.`,
      );
  }
  return { file, stage: options.stage, functions };
}
