import { type ResourceMap, resourcesOf, sub, type Template } from '../template.ts';
import { alarmResource, type Check } from './alarm.ts';
import { checksOf, type Mesh } from './checks.ts';
import { consumerAlarms } from './consumers.ts';
import { ownerOf } from './owners.ts';
import { signsOf } from './signs.ts';
import { stageAlarms } from './stage-alarms.ts';

/**
 * One alarm for each function with all that belongs to it, one for each other resource that can fail in silence, and those
 * of the stage. A resource that somebody adds later gets its alarm too.
 *
 * @param topic the logical id of the SNS topic that is notified
 */
export function alarmsOf(mesh: Mesh, topic: string): ResourceMap {
  return {
    ...alarmsOfOwners(mesh, topic),
    ...signsOf(mesh.template, topic),
    ...consumerAlarms(mesh.template, mesh.stage, topic),
    ...stageAlarms(mesh, topic),
  };
}

function alarmsOfOwners(mesh: Mesh, topic: string): ResourceMap {
  const { template } = mesh;
  const checks = new Map<string, Check[]>();
  for (const [id, found] of checksOf(mesh)) {
    const owner = ownerOf(template, id);
    const known = checks.get(owner);
    if (known === undefined) checks.set(owner, [...found]);
    else known.push(...found);
  }
  return Object.fromEntries(
    [...checks].flatMap(([owner, ofOwner]) => {
      if (ofOwner.length === 0) return [];
      const alarm = { ...titleOf(template, owner), checks: ofOwner };
      return [[`${owner}Alarm`, alarmResource(alarm, topic, template.Resources[owner]?.Condition)]];
    }),
  );
}

/** The alarm of a function has the name of the function. */
function titleOf(template: Template, id: string): { readonly name: unknown; readonly title: string } {
  const { Type: type, Properties: properties } = template.Resources[id] ?? { Type: '', Properties: {} };
  switch (type) {
    case 'AWS::Lambda::Function':
      return { name: properties.FunctionName, title: `The function ${properties.FunctionName} fails.` };
    case 'AWS::SQS::Queue':
      return { name: properties.QueueName, title: `The queue ${properties.QueueName} fails:` };
    case 'AWS::Events::Rule': {
      const name = properties.Name === undefined ? sub(`\${AWS::StackName}-${id}`) : `${properties.Name}-rule`;
      return { name, title: `The rule ${properties.Name ?? id} fails:` };
    }
    case 'AWS::ApiGateway::Stage': {
      const [api] = resourcesOf(template, 'AWS::ApiGateway::RestApi');
      const name = api?.[1].Properties.Name;
      return { name: `${name}-5xx`, title: `The API ${name} fails:` };
    }
    case 'AWS::Kinesis::Stream':
      return { name: `${properties.Name}-throttles`, title: `The stream ${properties.Name} fails:` };
    case 'AWS::Pipes::Pipe':
      return { name: `${properties.Name}-pipe`, title: `The pipe ${properties.Name} fails:` };
    default:
      throw new Error(`An alarm of ${id} (${type}) has no name.`);
  }
}
