import { addResources } from '../osls.ts';
import type { Step } from '../step.ts';
import { alarmsOf } from './alarms.ts';

/** The logical id in deployment/alarms.yml of the topic that alarms notify. */
const topic = 'AlarmTopic';

/** Adds an alarm for everything in the finished template that can fail in silence. */
export const alarms: Step = (serverless) => ({
  finish() {
    const template = serverless.service.provider.compiledCloudFormationTemplate;
    addResources(serverless, alarmsOf({ template, stage: serverless.getProvider('aws').getStage() }, topic));
  },
});
