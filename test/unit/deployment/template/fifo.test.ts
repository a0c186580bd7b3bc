import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Template } from '#deployment/plugin/template.ts';
import { change } from './breach.ts';
import { type Packaged, packageMesh } from './packaged.ts';
import * as access from './rules-of-access.ts';
import * as data from './rules-of-data.ts';
import * as doors from './rules-of-doors.ts';
import * as failure from './rules-of-failure.ts';
import * as stageRules from './rules-of-stage.ts';
import type { Rule } from './template.ts';

const functions = `
  ledger:
    handler: services/tasks/projector.handler
    access: { tasks: write, quarantine: add }
    events:
      - subscription: { pattern: { detail-type: [OrderPlaced.v1] }, fifo: { groupBy: detail.data.orderId } }
  diary:
    handler: services/tasks/projector.handler
    access: { tasks: write, quarantine: add }
    events:
      - subscription: { pattern: { detail-type: [OrderPlaced.v1] }, fifo: true }
`;

let made: Packaged;
beforeAll(async () => {
  made = await packageMesh('dev', functions);
}, 150_000);

const template = (): Template => structuredClone(made.template);

describe('the template of a mesh with FIFO queues', () => {
  it.each(Object.entries({ ...access, ...data, ...doors, ...failure, ...stageRules }))(
    'keeps the rule %s',
    (_, rule) => {
      expect(rule(template())).toEqual([]);
    },
  );

  it.each<[what: string, rule: Rule, id: string, path: string, value: unknown, found: readonly string[]]>([
    [
      'dead letters of the other kind',
      failure.waysOfOrder,
      'LedgerSubscriptionDeadLetterQueue',
      'FifoQueue',
      undefined,
      [
        'LedgerSubscriptionQueue: has dead letters of the other kind',
        'LedgerSubscriptionDeadLetterQueue: has a name of the other kind',
      ],
    ],
    [
      'a pipe that loses events',
      failure.waysOfOrder,
      'DiarySubscriptionIntakeQueue',
      'RedrivePolicy',
      undefined,
      ['DiarySubscriptionPipe: loses what it cannot deliver'],
    ],
    [
      'a pipe that takes batches',
      failure.waysOfOrder,
      'DiarySubscriptionPipe',
      'SourceParameters.SqsQueueParameters.BatchSize',
      10,
      ['DiarySubscriptionPipe: fails good events with a bad one'],
    ],
  ])('would not be let go with %s', (_, rule, id, path, value, found) => {
    const broken = template();
    change(id, path, value)(broken);
    expect(rule(broken)).toEqual(found);
  });
});

it('has one alarm for a function, its three queues, its rule and its pipe', () => {
  const { AlarmName, Metrics } = template().Resources.LedgerLambdaFunctionAlarm?.Properties ?? {};
  expect(AlarmName).toBe('starling-dev-ledger');
  const metrics = (Metrics as { MetricStat?: { Metric: { MetricName: string } } }[]).flatMap(
    ({ MetricStat }) => MetricStat?.Metric.MetricName ?? [],
  );
  expect(metrics).toEqual([
    'Errors',
    'Throttles',
    'starling_quarantined_total',
    'ApproximateAgeOfOldestMessage',
    'ApproximateNumberOfMessagesVisible',
    'ApproximateAgeOfOldestMessage',
    'ApproximateNumberOfMessagesVisible',
    'FailedInvocations',
    'ExecutionFailed',
  ]);
});

/** Where cfn-lint is: see template.test.ts. */
const cfnLint = process.env.CFN_LINT;

it.skipIf(!cfnLint)('cfn-lint (CFN_LINT=path) finds nothing', () => {
  const args = ['--ignore-checks', 'W3005', '--ignore-checks', 'W8003', '--template', made.templateFile];
  const { stdout, stderr } = spawnSync(cfnLint ?? '', args, { encoding: 'utf8' });
  expect(stdout + stderr).toBe('');
});
