import { addResources } from '../osls.ts';
import type { Step } from '../step.ts';
import { sub } from '../template.ts';
import { dashboardBody } from './body.ts';

/** The condition in deployment/alarms.yml. */
const Condition = 'HasDashboard';

/** A dashboard of everything in the finished template that operators look at. A function that somebody adds later is on it too. */
export const dashboard: Step = (serverless) => ({
  finish() {
    const template = serverless.service.provider.compiledCloudFormationTemplate;
    const stage = serverless.getProvider('aws').getStage();
    addResources(serverless, {
      Dashboard: {
        Type: 'AWS::CloudWatch::Dashboard',
        Condition,
        Properties: {
          DashboardName: `starling-${stage}`,
          DashboardBody: sub(JSON.stringify(dashboardBody({ template, stage }))),
        },
      },
    });
  },
});
