import type { Resource, Template } from '#deployment/plugin/template.ts';
import type * as accessRules from './rules-of-access.ts';
import type * as dataRules from './rules-of-data.ts';
import type * as doorRules from './rules-of-doors.ts';
import type * as failureRules from './rules-of-failure.ts';
import type * as stageRules from './rules-of-stage.ts';
import { at } from './template.ts';

/** A way to break a rule, and what the rule then says. */
export interface Breach {
  readonly what: string;
  readonly rule: keyof typeof accessRules | DataRule | DoorRule | FailureRule | StageRule;
  readonly breach: (template: Template) => void;
  readonly found: readonly string[];
}

type DataRule = keyof typeof dataRules;
type DoorRule = keyof typeof doorRules;
type FailureRule = keyof typeof failureRules;
type StageRule = keyof typeof stageRules;

/** A resource that is in the mesh's template. */
export function the(template: Template, id: string): Resource {
  const resource = template.Resources[id];
  if (resource === undefined) throw new Error(`the template has no ${id}`);
  return resource;
}

/** Sets or, without a value, takes away a property of a resource. */
export function change(id: string, path: string, value?: unknown): (template: Template) => void {
  return (template) => {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    const holder = keys.length === 0 ? the(template, id).Properties : at(the(template, id).Properties, keys.join('.'));
    if (value === undefined) delete (holder as Record<string, unknown>)[last];
    else (holder as Record<string, unknown>)[last] = value;
  };
}

export function remove(id: string): (template: Template) => void {
  return (template) => {
    the(template, id);
    delete template.Resources[id];
  };
}
