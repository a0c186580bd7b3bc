import type { Template } from '#deployment/plugin/template.ts';
import { at, each, idOf, type Properties, type Rule } from './template.ts';

/** The role that all stages of an account share. */
const shared = new Map([['ApiGatewayLogRole', '/starling/']]);

/** The roles of a stage stand under its path, so that a policy can tell them from all other roles of the account. */
export const rolesOfTheStage: Rule = (template) =>
  each(template, 'AWS::IAM::Role', ({ Path }, id) => {
    const path = shared.get(id) ?? pathOf(template);
    return [Path !== path && `has the path ${Path}, not ${path}`];
  });

/** No other role of the account puts events under the sources of the mesh, or writes the stream. */
export const closedToOtherRoles: Rule = (template) => [
  ...each(template, 'AWS::Events::EventBus', (_, bus) => {
    const statements = policiesOf(template, 'AWS::Events::EventBusPolicy', 'EventBusName', bus, 'Statement');
    return [
      !statements.some(
        (statement) =>
          deniesOthers(template, statement, bus, ['events:PutEvents']) &&
          String(at(statement, 'Condition.ForAnyValue:StringLike.events:source')) === 'starling.*' &&
          // A condition that is always false would let everybody in.
          String(at(statement, 'Condition.Bool.aws:PrincipalIsAWSService') ?? 'false') === 'false',
      ) && 'takes events of the mesh from every role',
    ];
  }),
  ...each(template, 'AWS::Kinesis::Stream', (_, stream) => {
    const path = 'ResourcePolicy.Statement';
    const statements = policiesOf(template, 'AWS::Kinesis::ResourcePolicy', 'ResourceArn', stream, path);
    const writing = ['kinesis:PutRecord', 'kinesis:PutRecords'];
    return [
      !statements.some((statement) => deniesOthers(template, statement, stream, writing)) &&
        'takes records from every role',
    ];
  }),
];

/** While an update gives a function another role, a policy does not yet deny the old one. */
export const policiesLast: Rule = (template) => {
  const functions = Object.keys(template.Resources).filter((id) =>
    ['AWS::Lambda::Function', 'AWS::ECS::Service'].includes(template.Resources[id]?.Type ?? ''),
  );
  return ['AWS::Events::EventBusPolicy', 'AWS::Kinesis::ResourcePolicy'].flatMap((type) =>
    each(template, type, (_, __, { DependsOn }) =>
      functions.map((id) => ![DependsOn].flat().includes(id) && `changes before ${id} has its role`),
    ),
  );
};

/** Only the rules of the stage's bus give work to an agent. */
export const onlyTheBusSends: Rule = (template) =>
  each(template, 'AWS::Events::Rule', ({ EventPattern }, rule) => {
    if (at(EventPattern, 'detail.data.agentId') === undefined) return [];
    const queue = rule.replace(/Rule$/, 'Queue');
    const statements = policiesOf(template, 'AWS::SQS::QueuePolicy', 'Queues', queue, 'PolicyDocument.Statement');
    return [
      !statements.some(
        ({ Effect, Principal, Action, Resource, Condition }) =>
          Effect === 'Deny' &&
          Principal === '*' &&
          Action === 'sqs:SendMessage' &&
          textOf(Resource) === `arn:AWS::Partition:sqs:AWS::Region:AWS::AccountId:${busOf(template)}-*` &&
          textOf(at(Condition, 'ArnNotLike.aws:SourceArn')) ===
            'arn:AWS::Partition:events:AWS::Region:AWS::AccountId:rule/EventBus/*' &&
          Object.keys(Condition as Properties).length === 1,
      ) && `lets others send to ${queue}`,
    ];
  });

function busOf(template: Template): string {
  return String(template.Resources.EventBus?.Properties.Name);
}

function pathOf(template: Template): string {
  return `/starling/${busOf(template).replace(/^starling-/, '')}/`;
}

/** A text that `Fn::Join` makes, with logical ids for what they refer to. */
function textOf(value: unknown): string {
  const parts = at(value, 'Fn::Join.1') as readonly unknown[] | undefined;
  return (parts ?? []).map((part) => idOf(part) ?? part).join('');
}

function deniesOthers(template: Template, statement: Properties, resource: string, actions: readonly string[]) {
  const others = String(at(statement, 'Condition.ArnNotLike.aws:PrincipalArn.Fn::Sub'));
  return isDenyToAll(statement, resource, actions) && others.endsWith(`:role${pathOf(template)}*`);
}

function isDenyToAll(
  { Effect, Principal, Action, Resource }: Properties,
  resource: string,
  actions: readonly string[],
) {
  return (
    Effect === 'Deny' && Principal === '*' && [Action].flat().join() === actions.join() && idOf(Resource) === resource
  );
}

/** The statements of all policies of a type that name the resource under the key. */
function policiesOf(template: Template, type: string, key: string, resource: string, path: string): Properties[] {
  return Object.values(template.Resources)
    .filter(({ Type, Properties }) => Type === type && [Properties[key]].flat().some((one) => idOf(one) === resource))
    .flatMap(({ Properties }) => [at(Properties, path)].flat() as Properties[]);
}
