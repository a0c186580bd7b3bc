import { pathToFileURL } from 'node:url';
import { checkRecord, recordOf } from '#shared/agent/collect.ts';
import { ConfigurationError } from '#shared/errors.ts';
import { describeLoadProblem } from '#shared/load-problem.ts';
import type { AgentRecord } from '#shared/ports/agent-registry.ts';
import { handlerFile, parseHandler } from '#wiring/handler-file.ts';
import { parseSubscription } from '#wiring/parse-subscription.ts';
import { DEFAULT_TIMEOUT_SECONDS } from '#wiring/types.ts';
import { agentOf, eventOf, type FunctionDefinition, type Serverless } from '../osls.ts';

/**
 * The agents of serverless.yml, from their modules.
 *
 * @throws ConfigurationError that names the function.
 */
export async function collectAgents({ serviceDir, service }: Serverless): Promise<AgentRecord[]> {
  const records: AgentRecord[] = [];
  for (const [name, definition] of Object.entries(service.functions)) {
    if (agentOf(definition) === undefined) continue;
    records.push(await collect(name, definition, serviceDir, service.provider.timeout));
  }
  return records;
}

async function collect(
  name: string,
  definition: FunctionDefinition,
  folder: string,
  providerTimeout: number | undefined,
): Promise<AgentRecord> {
  const timeout = definition.timeout ?? providerTimeout ?? DEFAULT_TIMEOUT_SECONDS;
  const subscription = parseSubscription(eventOf(definition, 'subscription'), timeout);
  if (subscription.kind !== 'agent') throw new Error(`${name} has no agent`);
  const at = `functions.${name}.handler`;
  const reference = parseHandler(definition.handler);
  const file = reference && handlerFile(folder, reference);
  if (reference === undefined || file === undefined) {
    throw new ConfigurationError(
      `${at}: there is no module for '${definition.handler}'. Create it, or correct the handler.`,
    );
  }
  const { agentId, deadline } = subscription;
  const handler = (await importModule(at, file))[reference.exportName];
  const agent = { name, agentId, deadline, file, at, handler };
  const record = recordOf(agent);
  await checkRecord(agent, record);
  return record;
}

async function importModule(at: string, file: string): Promise<Record<string, unknown>> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (cause) {
    throw new ConfigurationError(`${at}: the module cannot be loaded. ${await describeLoadProblem(cause, file)}`, {
      cause,
    });
  }
}
