import type { Resource, Template } from '#deployment/plugin/template.ts';

/** What a rule says of a template: the logical ids that break it, with why. None when all is well. */
export type Rule = (template: Template) => string[];

export type Properties = Record<string, unknown>;

/** Every resource of a type with what a check has against it. */
export function each(
  template: Template,
  type: string,
  check: (properties: Properties, id: string, resource: Resource) => readonly (string | false | undefined)[],
): string[] {
  return Object.entries(template.Resources).flatMap(([id, resource]) =>
    resource.Type === type
      ? check(resource.Properties, id, resource).flatMap((problem) => (problem ? [`${id}: ${problem}`] : []))
      : [],
  );
}

/** The logical id that a value names by Ref or GetAtt. */
export function idOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('Ref' in value) return String(value.Ref);
  if ('Fn::GetAtt' in value && Array.isArray(value['Fn::GetAtt'])) return String(value['Fn::GetAtt'][0]);
  return undefined;
}

/** Whether a queue is for what failed for good, by its logical id. */
export function isForDeadLetters(queue: string): boolean {
  return /DeadLetter|Undelivered/.test(queue);
}

/** What stands at `a.b.c`, through maps and lists. */
export function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => (inner as Properties | undefined)?.[key], value);
}
