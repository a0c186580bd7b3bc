import { messageOf } from '#shared/errors.ts';
import type { Statement } from '../access/access.ts';
import { addResources, eventOf, type FunctionDefinition, type Serverless } from '../osls.ts';
import type { Step } from '../step.ts';
import { tableId } from '../tables/resources.ts';
import type { Resource } from '../template.ts';
import { InvalidWorkersError, parseWorkers, type WorkerOptions } from './options.ts';
import { clusterResource, type Worked, workerResources } from './resources.ts';
import { workerRoles } from './roles.ts';

/**
 * Functions that run on containers in place of Lambda, for as long as their tasks take. Each function of
 * `custom.workers.functions` becomes a service on ECS Fargate with the environment and the rights of the function's Lambda.
 * The Lambda then takes nothing from the queue or the stream. See docs/workers.md.
 */
export const worker: Step = (serverless) => {
  // parseWorkers checks the value. Its errors say what to write instead.
  serverless.configSchemaHandler.defineCustomProperties({ properties: { workers: { type: 'object' } } });
  let options: WorkerOptions | undefined;
  return {
    prepare() {
      const { service, classes } = serverless;
      try {
        options = parseWorkers(service.custom?.workers);
        for (const name of options?.functions ?? []) stopLambda(name, service.functions[name]);
      } catch (error) {
        throw new classes.Error(messageOf(error), 'INVALID_WORKERS');
      }
    },
    finish() {
      if (options === undefined) return;
      addResources(serverless, clusterResource(serverless.getProvider('aws').getStage()));
      for (const name of options.functions) addWorker(serverless, name, options);
    },
  };
};

function addWorker(serverless: Serverless, functionName: string, options: WorkerOptions): void {
  const { service } = serverless;
  const { naming } = serverless.getProvider('aws');
  const { Resources } = service.provider.compiledCloudFormationTemplate;
  const definition = service.functions[functionName];
  const lambda = Resources[naming.getLambdaLogicalId(functionName)];
  const role = Resources[definition?.role ?? ''];
  if (definition === undefined || lambda === undefined || role === undefined) {
    throw new Error(`the template has no Lambda, or no role, of ${functionName}`);
  }
  const worked: Worked = {
    functionName,
    prefix: naming.getNormalizedFunctionName(functionName),
    name: String(lambda.Properties.FunctionName),
    environment:
      (lambda.Properties.Environment as { Variables?: Record<string, unknown> } | undefined)?.Variables ?? {},
    logRetention: Resources[naming.getLogGroupLogicalId(functionName)]?.Properties.RetentionInDays,
  };
  const positions = eventOf(definition, 'stream') === undefined ? undefined : tableId('positions');
  addResources(serverless, {
    ...workerRoles(worked.prefix, options.image, { statements: statementsOf(role), positions }),
    ...workerResources(worked, options),
  });
}

/** Switches the Lambda's sources off: it would compete with the worker for messages, and end long tasks at its timeout. */
function stopLambda(name: string, definition: FunctionDefinition | undefined): void {
  const sources = definition?.events
    .flatMap(({ sqs, stream }) => [sqs, stream])
    .filter((source) => source !== undefined);
  if (sources === undefined) throw new InvalidWorkersError(`there is no function '${name}'.`);
  if (sources.length === 0) {
    throw new InvalidWorkersError(
      `the function '${name}' has neither a subscription nor a stream for a worker to take from.`,
    );
  }
  for (const source of sources) (source as { enabled?: boolean }).enabled = false;
}

function statementsOf({ Properties }: Resource): readonly Statement[] {
  const policies = Properties.Policies as readonly { PolicyDocument: { Statement: readonly Statement[] } }[];
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}
