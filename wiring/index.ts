import { dirname, resolve } from 'node:path';
import { readDocument } from './document.ts';
import { readFunction } from './read-function.ts';
import { Setting } from './setting.ts';
import { Subscriptions } from './subscriptions.ts';
import type { Wiring } from './types.ts';
import { type VariableOptions, Variables } from './variables.ts';

/**
 * Reads `serverless.yml` as osls would resolve it for the stage, as far as standalone needs it: functions, what wakes
 * them, and what they refer to. Only those parts are looked at, so the rest may use all of osls and CloudFormation.
 *
 * @throws ConfigurationError with file and line on whatever cannot be wired, see {@link Variables} for the variables
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
      .fail(`the function '${first.name}' is woken at deadlines already, and a service has one. Remove one of them.`);
  }
  return { file, stage: options.stage, functions };
}
