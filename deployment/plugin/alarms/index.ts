import type { Hooks, Serverless } from '../osls.ts';
import { addResources } from '../osls.ts';
import { alarmsOf } from './alarms.ts';

/** Where alarms go, in deployment/alarms.yml. */
const topic = 'AlarmTopic';

/**
 * An alarm on everything that can fail in silence, whoever put it into the template: each queue and dead-letter queue,
 * function, stream consumer, rule, stream and API. What is added later has its alarms by itself.
 */
export default class AlarmsPlugin {
  readonly hooks: Hooks;

  constructor(serverless: Serverless) {
    this.hooks = {
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        const template = serverless.service.provider.compiledCloudFormationTemplate;
        addResources(serverless, alarmsOf(template, topic));
      },
    };
  }
}
