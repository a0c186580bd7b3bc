import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { leaveOut, leftOut } from '#deployment/plugin/emulator/leave-out.ts';
import type { Template } from '#deployment/plugin/template.ts';
import { type DeployedTemplate, retainedIn } from '#deployment/stack/taken-over/packaged.ts';
import { problemsOf } from '#tools/bundles/limits.ts';
import { packagedFunctions } from '#tools/bundles/packaged.ts';
import { breachesOfAccess } from './breaches-of-access.ts';
import { breachesOfSafety } from './breaches-of-safety.ts';
import { breachesOfStage } from './breaches-of-stage.ts';
import { type Packaged, packageMesh } from './packaged.ts';
import * as access from './rules-of-access.ts';
import * as data from './rules-of-data.ts';
import * as doors from './rules-of-doors.ts';
import * as failure from './rules-of-failure.ts';
import * as stageRules from './rules-of-stage.ts';
import { filesOf } from './zip.ts';

const breaches = [...breachesOfAccess, ...breachesOfSafety, ...breachesOfStage];
const rules = { ...access, ...data, ...doors, ...failure, ...stageRules };
const stages = ['dev', 'prod'] as const;
type Stage = (typeof stages)[number];

const packages: Partial<Record<Stage, Packaged>> = {};

function packageOf(stage: Stage): Packaged {
  const made = packages[stage];
  if (made === undefined) throw new Error(`${stage} was not packaged`);
  return made;
}

function templateOf(stage: Stage): Template {
  return structuredClone(packageOf(stage).template);
}

beforeAll(async () => {
  // One after another: each takes a processor for some seconds.
  packages.dev = await packageMesh('dev');
  packages.prod = await packageMesh('prod');
}, 300_000);

describe.each(stages)('the template of %s', (stage) => {
  it.each(Object.entries(rules))('keeps the rule %s', (_, rule) => {
    expect(rule(templateOf(stage))).toEqual([]);
  });

  it('fits into a stack', () => {
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    expect(Object.keys(templateOf(stage).Resources).length).toBeLessThan(500);
    expect(Buffer.byteLength(JSON.stringify(templateOf(stage)))).toBeLessThan(1_000_000);
  });
});

it('an agent is at most 8 resources', async () => {
  const agent = `
  another:
    handler: agents/echo/handler.handler
    events: [{ subscription: { agent: another } }]
`;
  const added = (await packageMesh('dev', agent)).template.Resources;
  const before = templateOf('dev').Resources;
  // The deployment of the API has another id in each package.
  const more = Object.keys(added).filter((id) => !(id in before) && !id.startsWith('ApiGatewayDeployment'));
  expect(more.map((id) => added[id]?.Type).sort()).toEqual([
    'AWS::CloudWatch::Alarm',
    'AWS::Events::Rule',
    'AWS::IAM::Role',
    'AWS::Lambda::EventSourceMapping',
    'AWS::Lambda::Function',
    'AWS::Logs::LogGroup',
    'AWS::SQS::Queue',
    'AWS::SQS::Queue',
  ]);
}, 150_000);

describe('a rule sees', () => {
  it.each(breaches)('$what', ({ rule, breach, found }) => {
    const template = templateOf('dev');
    const before = rules[rule](template);
    breach(template);
    expect(rules[rule](template).filter((problem) => !before.includes(problem))).toEqual(found);
  });

  it('each rule is tried', () => {
    expect(new Set(breaches.map(({ rule }) => rule))).toEqual(new Set(Object.keys(rules)));
  });
});

describe('the stages', () => {
  it.each(stages)('%s has its own share of calls that X-Ray records', (stage) => {
    expect(templateOf(stage).Resources.SamplingRule?.Properties.SamplingRule).toMatchObject({
      RuleName: `starling-${stage}`,
      FixedRate: 0.01,
    });
  });

  /** The types of what stays when the stack goes, beside the role of all stages for logs. */
  const retained = (stage: Stage) => {
    const counts: Record<string, number> = {};
    for (const [id, { Type }] of retainedIn(templateOf(stage))) {
      if (!id.startsWith('ApiGateway')) counts[Type] = (counts[Type] ?? 0) + 1;
    }
    return counts;
  };

  it('of production keeps its data when the stack goes', () => {
    expect(retained('dev')).toEqual({});
    const { Resources } = templateOf('prod');
    const all = (type: string) => Object.values(Resources).filter(({ Type }) => Type === type).length;
    expect(retained('prod')).toEqual({
      'AWS::Cognito::UserPool': 1,
      'AWS::Cognito::UserPoolDomain': 1,
      'AWS::Cognito::UserPoolResourceServer': 1,
      'AWS::DynamoDB::Table': all('AWS::DynamoDB::Table'),
      'AWS::Events::Archive': 1,
      'AWS::Events::EventBus': 1,
      // One log is of a stage with eventLog only.
      'AWS::Logs::LogGroup': all('AWS::Logs::LogGroup') - 1,
      'AWS::S3::Bucket': 1,
    });
    const { TasksTable, ArtifactStream } = templateOf('prod').Resources;
    expect(TasksTable?.Properties.DeletionProtectionEnabled).toBe(true);
    expect(ArtifactStream?.Properties.StreamModeDetails).toEqual({ StreamMode: 'ON_DEMAND' });
  });

  it('of production has no example client, and other stages have one', () => {
    const has = (stage: Stage) => (templateOf(stage) as DeployedTemplate).Conditions?.HasExampleClient;
    expect(has('prod')).toEqual({ 'Fn::Equals': ['off', 'on'] });
    expect(has('dev')).toEqual({ 'Fn::Equals': ['on', 'on'] });
    const { Resources, Outputs } = templateOf('prod');
    expect([Resources.ExampleClient?.Condition, Outputs?.ClientId?.Condition]).toEqual([
      'HasExampleClient',
      'HasExampleClient',
    ]);
  });
});

describe('chunks', () => {
  const mapping = (stage: Stage) =>
    Object.values(templateOf(stage).Resources).find(({ Properties }) => Properties.StartingPosition !== undefined);

  it('are pushed in production, by a consumer of their function', () => {
    const { Resources } = templateOf('prod');
    expect(mapping('prod')?.Properties.EventSourceArn).toEqual({ Ref: 'ChunksStreamConsumer' });
    expect(Resources.ChunksStreamConsumer).toMatchObject({
      Type: 'AWS::Kinesis::StreamConsumer',
      Properties: {
        ConsumerName: 'starling-prod-chunks',
        StreamARN: { 'Fn::GetAtt': ['ArtifactStream', 'Arn'] },
      },
    });
  });

  it('are fetched elsewhere', () => {
    expect(mapping('dev')?.Properties.EventSourceArn).toEqual({ 'Fn::GetAtt': ['ArtifactStream', 'Arn'] });
    expect(templateOf('dev').Resources).not.toHaveProperty('ChunksStreamConsumer');
  });
});

describe('what an emulator gets', () => {
  it('is without the types of the list, each of which is there, and keeps every rule that is left', () => {
    // Production has all types.
    const real = templateOf('prod');
    const emulated = templateOf('prod');
    leaveOut(emulated);
    const missing = Object.keys(real.Resources).filter((id) => !(id in emulated.Resources));
    expect(new Set(missing.map((id) => real.Resources[id]?.Type))).toEqual(new Set(leftOut));
    expect(Object.keys(emulated.Outputs ?? {})).toEqual(Object.keys(real.Outputs ?? {}));
    // The policies that this rule wants are of types of the list.
    const { closedToOtherRoles, ...others } = rules;
    expect(closedToOtherRoles(emulated)).not.toEqual([]);
    for (const rule of Object.values(others)) expect(rule(emulated)).toEqual([]);
    expect(JSON.stringify(emulated)).not.toMatch(/"STREAM"|response-streaming/);
  });
});

describe('the bundles', () => {
  const functions = () => {
    const { folder, template } = packageOf('dev');
    return Object.values(template.Resources).flatMap(({ Type, Properties }) => {
      if (Type !== 'AWS::Lambda::Function') return [];
      const name = basename(String((Properties.Code as { S3Key: string }).S3Key), '.zip');
      return [{ name, handler: String(Properties.Handler), files: filesOf(join(folder, `.serverless/${name}.zip`)) }];
    });
  };

  it('hold the one file that Lambda loads, and no source map', () => {
    expect(functions().length).toBeGreaterThan(5);
    for (const { name, handler, files } of functions()) {
      expect(files.map((file) => file.name)).toEqual([`build/functions/${name}.mjs`]);
      expect(handler).toBe(`build/functions/${name}.handler`);
    }
  });

  it('are as large as a quick start allows', () => {
    expect(problemsOf(packagedFunctions(packageOf('dev').folder))).toEqual([]);
  });

  it('have their source maps beside them', () => {
    const { folder } = packageOf('dev');
    const built = globSync('build/functions/*.mjs', { cwd: join(folder, '.esbuild') });
    expect(built.length).toBe(functions().length);
    for (const file of built) expect(existsSync(join(folder, '.esbuild', `${file}.map`))).toBe(true);
  });
});

/** Where cfn-lint is: a Python program, so it is there where somebody installed it. */
const cfnLint = process.env.CFN_LINT;

/**
 * W3005: osls names what a function depends on although it refers to it. W8003: the parameters of a stage are osls's, so
 * that to CloudFormation a condition is of constants.
 */
const expectedWarnings = ['W3005', 'W8003'];

describe.skipIf(!cfnLint)('cfn-lint (CFN_LINT=path)', () => {
  it.each(stages)('finds nothing in the template of %s', (stage) => {
    const ignored = expectedWarnings.flatMap((code) => ['--ignore-checks', code]);
    const file = packageOf(stage).templateFile;
    const { status, stdout, stderr } = spawnSync(cfnLint ?? '', [...ignored, '--template', file], { encoding: 'utf8' });
    expect(stdout + stderr).toBe('');
    expect(status).toBe(0);
  });
});
