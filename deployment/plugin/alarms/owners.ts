import { type Resource, resourcesOf, type Template } from '../template.ts';

/**
 * The resource whose alarm reports the failures of this one: its function, if it exists for a function. So a function has
 * one alarm for itself, its queue, its dead letters, its rule and its pipe.
 *
 * @returns the logical id of a function, or `id` itself
 */
export function ownerOf(template: Template, id: string): string {
  for (let owner = id; ; ) {
    const next = nextOf(template, owner);
    // The alarm of a resource that a condition may leave out cannot be a part of another alarm.
    if (next === undefined || conditionOf(template, next) !== conditionOf(template, owner)) return owner;
    owner = next;
  }
}

/** The resource that this one works for. */
function nextOf(template: Template, id: string): string | undefined {
  const resource = template.Resources[id];
  switch (resource?.Type) {
    case 'AWS::SQS::Queue':
      return (
        consumerOf(template, id) ??
        sourceOfDeadLetters(template, id) ??
        existing(template, targetOfPipeFrom(template, id))
      );
    case 'AWS::Lambda::EventSourceMapping':
      return existing(template, idOf(resource.Properties.FunctionName));
    case 'AWS::Events::Rule': {
      const [target] = (resource.Properties.Targets ?? []) as readonly { readonly Arn: unknown }[];
      return existing(template, idOf(target?.Arn));
    }
    case 'AWS::Pipes::Pipe':
      return existing(template, idOf(resource.Properties.Target));
    default:
      return undefined;
  }
}

/** The mapping that brings the messages of a queue to a function. */
function consumerOf(template: Template, queue: string): string | undefined {
  return idOfFirst(template, 'AWS::Lambda::EventSourceMapping', ({ Properties }) => {
    return idOf(Properties.EventSourceArn) === queue;
  });
}

/** The queue, or the mapping of a stream, that sends its failures to a queue. */
export function sourceOfDeadLetters(template: Template, queue: string): string | undefined {
  return (
    idOfFirst(template, 'AWS::SQS::Queue', ({ Properties }) => idsIn(Properties.RedrivePolicy).includes(queue)) ??
    idOfFirst(template, 'AWS::Lambda::EventSourceMapping', ({ Properties }) =>
      idsIn(Properties.DestinationConfig).includes(queue),
    )
  );
}

function targetOfPipeFrom(template: Template, queue: string): string | undefined {
  const pipe = resourcesOf(template, 'AWS::Pipes::Pipe').find(
    ([, { Properties }]) => idOf(Properties.Source) === queue,
  );
  return idOf(pipe?.[1].Properties.Target);
}

function idOfFirst(template: Template, type: string, matches: (resource: Resource) => boolean): string | undefined {
  return resourcesOf(template, type).find(([, resource]) => matches(resource))?.[0];
}

function existing({ Resources }: Template, id: string | undefined): string | undefined {
  return id !== undefined && id in Resources ? id : undefined;
}

function conditionOf({ Resources }: Template, id: string): string | undefined {
  return Resources[id]?.Condition;
}

/** The logical id that `Fn::GetAtt` names. */
export function idOf(value: unknown): string | undefined {
  return idsIn(value)[0];
}

function idsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('Fn::GetAtt' in value && Array.isArray(value['Fn::GetAtt'])) return [String(value['Fn::GetAtt'][0])];
  return Object.values(value).flatMap(idsIn);
}
