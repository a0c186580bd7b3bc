import { StarlingError } from '#shared/errors.ts';

/** What the roles of a stage have in common: `custom.roles` in serverless.yml. */
export interface RoleOptions {
  /** The IAM path, such as `/starling/dev/`. Policies of the bus and the stream tell the stage's own roles by it. */
  readonly path: string;
  /** The ARN of a managed policy. Undefined: the roles have no boundary. */
  readonly permissionsBoundary: string | undefined;
  readonly tags: readonly Tag[];
}

interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** A value of `custom.roles` that IAM would refuse, or that would let every role of the account in. */
export class InvalidRolesError extends StarlingError {
  constructor(message: string) {
    super('INVALID_ROLES', `custom.roles: ${message}`);
  }
}

const keys = ['path', 'permissionsBoundary', 'tags'] as const;

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html. No stars: the path ends in a pattern of ARNs. */
const pathPattern = /^\/(?:[\w+=,.@-]+\/)+$/;
const MAX_PATH_CHARACTERS = 512;
const policyPattern = /^arn:[\w-]+:iam::(?:\d{12}|aws):policy\/[\w+=,.@/-]+$/;
/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules */
const MAX_TAGS = 50;
const tagPattern = /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/iu;
const tagValuePattern = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

/**
 * @param raw the value of `custom.roles` after osls has resolved variables
 * @throws InvalidRolesError
 * @example parseRoles({ path: '/starling/dev/', permissionsBoundary: '', tags: 'team=payments,cost-centre=42' })
 */
export function parseRoles(raw: unknown): RoleOptions {
  const given = (raw ?? {}) as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(given).find((key) => !keys.some((each) => each === key));
  if (unknown !== undefined) throw new InvalidRolesError(`unknown key '${unknown}'. Use ${keys.join(', ')}.`);
  const path = textOf(given, 'path');
  if (!pathPattern.test(path) || path.length > MAX_PATH_CHARACTERS) {
    throw new InvalidRolesError(
      `'path' (rolePath) is "${path}", but takes a path that only this stage uses, such as /starling/dev/.`,
    );
  }
  const boundary = textOf(given, 'permissionsBoundary');
  if (boundary !== '' && !policyPattern.test(boundary)) {
    throw new InvalidRolesError(
      `'permissionsBoundary' is "${boundary}", but takes the ARN of a policy, such as arn:aws:iam::123456789012:policy/boundary.`,
    );
  }
  return { path, permissionsBoundary: boundary === '' ? undefined : boundary, tags: tagsOf(textOf(given, 'tags')) };
}

function textOf(given: Readonly<Record<string, unknown>>, key: (typeof keys)[number]): string {
  const value = given[key] ?? '';
  if (typeof value !== 'string') throw new InvalidRolesError(`'${key}' is ${JSON.stringify(value)}, but takes a text.`);
  return value.trim();
}

/** @param text `key=value`, with commas between */
function tagsOf(text: string): Tag[] {
  const tags = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(tagOf);
  const twice = tags.find(({ Key }, index) => tags.findIndex((other) => other.Key === Key) !== index);
  if (twice !== undefined) throw new InvalidRolesError(`'tags' (roleTags) has the key "${twice.Key}" twice.`);
  if (tags.length > MAX_TAGS) {
    throw new InvalidRolesError(`'tags' (roleTags) has ${tags.length} tags, but IAM takes ${MAX_TAGS}.`);
  }
  return tags;
}

function tagOf(part: string): Tag {
  const [, key = '', value = ''] = /^([^=]*)=(.*)$/s.exec(part) ?? [];
  if (tagPattern.test(key) && tagValuePattern.test(value)) return { Key: key, Value: value };
  throw new InvalidRolesError(
    `'tags' (roleTags) contains "${part}", but takes key=value with commas between, such as team=payments,cost-centre=42.`,
  );
}
