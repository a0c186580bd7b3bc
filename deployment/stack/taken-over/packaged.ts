import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Resource, Template } from '#deployment/plugin/template.ts';

/** A template as CloudFormation reads it. */
export interface DeployedTemplate extends Template {
  readonly Conditions?: Readonly<Record<string, unknown>>;
}

/** The templates that serverless writes into the folder of a package. */
export interface PackagedTemplates {
  /** The bucket for packages, which serverless needs before the rest. Empty if the deployment names an existing bucket. */
  readonly core: DeployedTemplate;
  readonly whole: DeployedTemplate;
}

export function readTemplates(folder: string): PackagedTemplates {
  const read = (name: string) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as DeployedTemplate;
  const core = 'cloudformation-template-create-stack.json';
  return {
    // serverless does not write the file for an existing bucket, and deletes an older one with the folder.
    core: existsSync(path.join(folder, core)) ? read(core) : { Resources: {} },
    whole: read('cloudformation-template-update-stack.json'),
  };
}

/** The resources that stay when the stack goes, unless a condition leaves them out. */
export function retainedIn(template: DeployedTemplate): [id: string, resource: Resource][] {
  const { Conditions: conditions = {} } = template;
  return Object.entries(template.Resources).filter(
    ([, { DeletionPolicy = '', Condition }]) =>
      DeletionPolicy.startsWith('Retain') && (Condition === undefined || holds(conditions[Condition])),
  );
}

/** All conditions of serverless.yml compare texts that osls has filled in. */
function holds(condition: unknown): boolean {
  const { 'Fn::Equals': equals } = (condition ?? {}) as { readonly 'Fn::Equals'?: readonly [unknown, unknown] };
  if (equals === undefined) throw new Error(`the condition ${JSON.stringify(condition)} does not compare two texts`);
  return String(equals[0]) === String(equals[1]);
}
