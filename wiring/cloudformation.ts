import { type CollectionTag, isCollection, type ScalarTag } from 'yaml';

/** A value that only CloudFormation knows, such as `!GetAtt Table.Arn`. The reader carries it along and never resolves it. */
export class CloudFormationValue {
  /** Without `!` or `Fn::`, such as `GetAtt`. */
  readonly name: string;
  readonly argument: unknown;

  constructor(name: string, argument: unknown) {
    this.name = name;
    this.argument = argument;
  }

  toString(): string {
    return `!${this.name} ${typeof this.argument === 'string' ? this.argument : JSON.stringify(this.argument)}`;
  }
}

const names = [
  'And',
  'Base64',
  'Cidr',
  'Condition',
  'Equals',
  'FindInMap',
  'GetAtt',
  'GetAZs',
  'GetStackOutput',
  'If',
  'ImportValue',
  'Join',
  'Not',
  'Or',
  'Ref',
  'Select',
  'Split',
  'Sub',
  'Transform',
];

/** CloudFormation's short forms. Each may stand before a scalar, a list or a map. */
export const cloudFormationTags: (ScalarTag | CollectionTag)[] = names.flatMap((name) => {
  const tag = `!${name}`;
  const resolve = (value: unknown) => new CloudFormationValue(name, isCollection(value) ? value.toJSON() : value);
  return [
    { tag, resolve },
    { tag, collection: 'seq', resolve },
    { tag, collection: 'map', resolve },
  ] as const;
});

/** Returns the value if it is CloudFormation's, also for the long form `{ Fn::GetAtt: [Table, Arn] }`; otherwise undefined. */
export function asCloudFormation(value: unknown): CloudFormationValue | undefined {
  if (value instanceof CloudFormationValue) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const [entry, ...others] = Object.entries(value);
  if (entry === undefined || others.length > 0) return undefined;
  const [key, argument] = entry;
  if (key === 'Ref') return new CloudFormationValue('Ref', argument);
  return key.startsWith('Fn::') ? new CloudFormationValue(key.slice('Fn::'.length), argument) : undefined;
}

/** The logical id in `!GetAtt Id.attribute`; undefined for any other value. */
export function resourceOf(value: CloudFormationValue, attribute: string): string | undefined {
  if (value.name !== 'GetAtt') return undefined;
  const [id, named] =
    typeof value.argument === 'string'
      ? value.argument.split('.')
      : Array.isArray(value.argument)
        ? value.argument.map(String)
        : [];
  return named === attribute ? id : undefined;
}
