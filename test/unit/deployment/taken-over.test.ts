import { describe, expect, it } from 'vitest';
import type { Resource } from '#deployment/plugin/template.ts';
import { withFound } from '#deployment/stack/taken-over/import.ts';
import { type DeployedTemplate, retainedIn } from '#deployment/stack/taken-over/packaged.ts';

function resource(Type: string, more: Partial<Resource> = {}): Resource {
  return { Type, Properties: {}, DeletionPolicy: 'RetainExceptOnCreate', ...more };
}

const table = 'AWS::DynamoDB::Table';

describe('the resources that a stage retains', () => {
  const whole: DeployedTemplate = {
    Resources: {
      Kept: resource(table),
      AlwaysKept: resource(table, { DeletionPolicy: 'Retain' }),
      Deleted: resource(table, { DeletionPolicy: 'Delete' }),
      WithCondition: resource(table, { Condition: 'Holds' }),
      LeftOut: resource(table, { Condition: 'Fails' }),
      Unsaid: { Type: table, Properties: {} },
    },
    Conditions: { Holds: { 'Fn::Equals': ['on', 'on'] }, Fails: { 'Fn::Equals': ['off', 'on'] } },
  };

  it('are those with such a policy, whose condition holds', () => {
    expect(retainedIn(whole).map(([id]) => id)).toEqual(['Kept', 'AlwaysKept', 'WithCondition']);
  });

  it('need a condition that can be read', () => {
    const Conditions = { Holds: { 'Fn::Not': [] } };
    expect(() => retainedIn({ ...whole, Conditions })).toThrow('does not compare two texts');
  });
});

describe('the template of an import', () => {
  const found = (id: string, type = table) => ({ id, type, identifier: { Name: id } });
  const whole: DeployedTemplate = {
    Resources: {
      Tasks: resource(table, {
        Properties: { TableName: 'tasks', DeletionProtectionEnabled: true },
        DependsOn: ['EchoRole'],
      }),
      Log: resource('AWS::Logs::LogGroup', { Properties: { LogGroupName: 'log', RetentionInDays: 7 } }),
      Archive: resource('AWS::Events::Archive', { Properties: { ArchiveName: 'a' } }),
      Bus: resource('AWS::Events::EventBus', { Properties: { Name: 'bus' } }),
      Diary: resource(table, { Condition: 'Some' }),
      Domain: resource('AWS::Cognito::UserPoolDomain', {
        Properties: { UserPoolId: { Ref: 'UserPool' }, Domain: { 'Fn::Sub': 'd' } },
      }),
      EchoRole: resource('AWS::IAM::Role', { DeletionPolicy: 'Delete' }),
    },
    Outputs: { Bus: { Value: { Ref: 'Bus' } } },
    Conditions: { Some: { 'Fn::Equals': ['a', 'a'] }, Other: { 'Fn::Equals': ['a', 'b'] } },
  };
  const present: DeployedTemplate = {
    Resources: { Bucket: resource('AWS::S3::Bucket') },
    Outputs: { Bucket: { Value: { Ref: 'Bucket' } } },
  };

  it('has what is there and what was found, without settings that the deployment writes later', () => {
    expect(withFound(present, whole, [found('Tasks'), found('Log', 'AWS::Logs::LogGroup')])).toEqual({
      Resources: {
        ...present.Resources,
        Tasks: resource(table, { Properties: { TableName: 'tasks' } }),
        Log: resource('AWS::Logs::LogGroup', { Properties: { LogGroupName: 'log' } }),
      },
      // An import may neither add nor change outputs.
      Outputs: present.Outputs,
    });
  });

  it('has the conditions of what was found', () => {
    const { Resources, Conditions } = withFound(present, whole, [found('Diary')]);
    expect(Resources.Diary).toEqual(whole.Resources.Diary);
    expect(Conditions).toEqual({ Some: whole.Conditions?.Some });
  });

  it('has the value of a reference that identifies a resource', () => {
    const domain = { id: 'Domain', type: 'AWS::Cognito::UserPoolDomain', identifier: { UserPoolId: 'p', Domain: 'd' } };
    expect(withFound(present, whole, [domain]).Resources.Domain?.Properties).toEqual({ UserPoolId: 'p', Domain: 'd' });
  });

  it('takes an archive with its bus only', () => {
    const archive = found('Archive', 'AWS::Events::Archive');
    const both = withFound(present, whole, [archive, found('Bus', 'AWS::Events::EventBus')]);
    expect(Object.keys(both.Resources)).toEqual(['Bucket', 'Archive', 'Bus']);
    expect(() => withFound(present, whole, [archive])).toThrow('an archive of the stage without its bus');
  });
});
