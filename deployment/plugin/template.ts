/** A CloudFormation resource. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly Condition?: string;
  DependsOn?: string | string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export type ResourceMap = Record<string, Resource>;

/** A CloudFormation template, as far as the steps read it. */
export interface Template {
  Resources: ResourceMap;
  Outputs?: Record<string, { readonly Value: unknown; readonly Condition?: string }>;
}

export interface Ref {
  readonly Ref: string;
}

export interface GetAtt {
  readonly 'Fn::GetAtt': readonly [logicalId: string, attribute: string];
}

export interface Sub {
  readonly 'Fn::Sub': string;
}

export function ref(logicalId: string): Ref {
  return { Ref: logicalId };
}

export function attributeOf(logicalId: string, attribute: string): GetAtt {
  return { 'Fn::GetAtt': [logicalId, attribute] };
}

export function arnOf(logicalId: string): GetAtt {
  return attributeOf(logicalId, 'Arn');
}

export function sub(text: string): Sub {
  return { 'Fn::Sub': text };
}

/** The resources of a type, by their logical ids. */
export function resourcesOf({ Resources }: Template, type: string): [id: string, resource: Resource][] {
  return Object.entries(Resources).filter(([, resource]) => resource.Type === type);
}
