import { access } from './access/step.ts';
import { alarms } from './alarms/step.ts';
import { api } from './api/step.ts';
import { bundle } from './bundle/step.ts';
import { canary } from './canary/step.ts';
import { dashboard } from './dashboard/step.ts';
import { emulator } from './emulator/step.ts';
import { entries } from './entries/step.ts';
import { identity } from './identity/step.ts';
import { logs } from './logs/step.ts';
import { manifest } from './manifest/step.ts';
import { region } from './region/step.ts';
import { roles } from './roles/step.ts';
import { schemas } from './schemas/step.ts';
import { size } from './size/step.ts';
import { stage } from './stage/step.ts';
import { pluginOf, type Step } from './step.ts';
import { stream } from './stream/step.ts';
import { subscription } from './subscription/step.ts';
import { tables } from './tables/step.ts';
import { worker } from './worker/step.ts';

/** All that Starling adds to osls, in the order in which it runs. See docs/decisions/0008. */
export const steps: readonly Step[] = [
  // Refuses a stage whose name AWS would refuse.
  stage,
  // The event `subscription`: a rule, a queue and its dead-letter queue for a function.
  subscription,
  // Functions on containers in place of Lambda. Switches the sources of their Lambdas off before the next steps read them.
  // Later, reads the roles and functions of the template.
  worker,
  // The option `fanOut` of a stream: a consumer for the function.
  stream,
  // The event `canary`: a schedule, a client and its secret for a function that calls an agent.
  canary,
  // A role for each function, from its events and its `access`.
  access,
  // A module for each function that provides the runtime of AWS and then loads the handler.
  entries,
  // The event `manifest`: a deployment brings the registry in line with the agents. Writes a file beside the entries.
  manifest,
  // The archive of each function, from its entry.
  bundle,
  // The tables, from adapters/aws/tables.ts.
  tables,
  // The event schemas, in EventBridge's registry.
  schemas,
  // The API's stage, from deployment/api.yml.
  api,
  // A scope for each agent.
  identity,
  // The path, the boundary and the tags of all roles, also of those for containers.
  roles,
  // The deletion policy of all log groups, also of those for containers.
  logs,
  // Leaves out the resources that the region does not have, before alarms are made for them.
  region,
  // An alarm for everything that can fail in silence. Reads the whole template.
  alarms,
  // A dashboard of the functions, queues, tables and alarms of the template.
  dashboard,
  // Leaves out the resources that an emulator does not know, of all steps.
  emulator,
  // Refuses a template with more resources than a stack takes.
  size,
];

export default pluginOf(steps);
