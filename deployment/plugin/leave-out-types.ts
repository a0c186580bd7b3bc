import type { Resource, Template } from './template.ts';

/** Removes all resources of these types from a template, and the dependencies and outputs that name them. */
export function leaveOutTypes(template: Template, types: readonly string[]): void {
  const gone = new Set(
    Object.entries(template.Resources).flatMap(([id, { Type }]) => (types.includes(Type) ? [id] : [])),
  );
  for (const id of gone) delete template.Resources[id];
  for (const resource of Object.values(template.Resources)) forget(resource, gone);
  for (const [name, { Value }] of Object.entries(template.Outputs ?? {})) {
    if (refersTo(Value, gone)) delete template.Outputs?.[name];
  }
}

function forget(resource: Resource, gone: ReadonlySet<string>): void {
  if (resource.DependsOn === undefined) return;
  const left = [resource.DependsOn].flat().filter((id) => !gone.has(id));
  if (left.length === 0) delete resource.DependsOn;
  else resource.DependsOn = left;
}

function refersTo(value: unknown, ids: ReadonlySet<string>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if ('Ref' in value && typeof value.Ref === 'string') return ids.has(value.Ref);
  if ('Fn::GetAtt' in value && Array.isArray(value['Fn::GetAtt'])) return ids.has(String(value['Fn::GetAtt'][0]));
  return Object.values(value).some((each) => refersTo(each, ids));
}
