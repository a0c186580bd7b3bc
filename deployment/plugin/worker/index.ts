import { messageOf } from '#shared/errors.ts';
import type { Statement } from '../access/access.ts';
import { addResources, eventOf, type FunctionDefinition, type Hooks, type Serverless } from '../osls.ts';
import { tableId } from '../tables/resources.ts';
import type { Resource } from '../template.ts';
import { InvalidWorkersError, parseWorkers, type WorkerOptions } from './options.ts';
import { clusterResource, type Worked, workerResources } from './resources.ts';
import { workerRoles } from './roles.ts';

/**
 * Functions that run on containers in place of Lambda, for as long as their tasks take: a service on ECS Fargate for each
 * of `custom.workers.functions`, with what the function's Lambda has and may do. Lambda itself takes nothing from the
 * queue or the stream then. See docs/workers.md.
 *
 * Listed behind the plugins `subscription` and `access`, whose events and roles it reads.
 */
export default class WorkerPlugin {
  readonly hooks: Hooks;
  readonly #serverless: Serverless;
  #options: WorkerOptions | undefined;

  constructor(serverless: Serverless) {
    this.#serverless = serverless;
    // What stands in it is checked by parseWorkers, which can say what to write instead.
    serverless.configSchemaHandler.defineCustomProperties({ properties: { workers: { type: 'object' } } });
    this.hooks = {
      'before:package:initialize': () => this.#check(),
      'after:aws:package:finalize:mergeCustomProviderResources': () => this.#add(),
    };
  }

  #check(): void {
    const { service, classes } = this.#serverless;
    try {
      this.#options = parseWorkers(service.custom?.workers);
      for (const name of this.#options?.functions ?? []) stopLambda(name, service.functions[name]);
    } catch (error) {
      throw new classes.Error(messageOf(error), 'INVALID_WORKERS');
    }
  }

  #add(): void {
    if (this.#options === undefined) return;
    addResources(this.#serverless, clusterResource(this.#serverless.getProvider('aws').getStage()));
    for (const name of this.#options.functions) this.#addOne(name, this.#options);
  }

  #addOne(functionName: string, options: WorkerOptions): void {
    const { service } = this.#serverless;
    const { naming } = this.#serverless.getProvider('aws');
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
    addResources(this.#serverless, {
      ...workerRoles(worked.prefix, options.image, { statements: statementsOf(role), positions }),
      ...workerResources(worked, options),
    });
  }
}

/** Both would take from the queue else, and Lambda would break off what takes long. */
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
