import { StarlingError } from '#shared/errors.ts';
import { isOneOf } from '#shared/objects.ts';

/** The options of functions on containers: `custom.workers` in serverless.yml. */
export interface WorkerOptions {
  readonly functions: readonly string[];
  /** The address for `docker pull`. */
  readonly image: string;
  readonly subnets: readonly string[];
  /** Empty: the default security group of the VPC. */
  readonly securityGroups: readonly string[];
  /** Whether containers have a public address. They need one in a subnet that reaches AWS by an internet gateway. */
  readonly publicIp: boolean;
  /** The number of containers of each function. */
  readonly count: number;
  /** In Fargate's units and MB. */
  readonly cpu: number;
  readonly memory: number;
  /** Fargate Spot: some 70 % cheaper, and a container may be ended after a warning of two minutes. */
  readonly spot: boolean;
  readonly architecture: 'ARM64' | 'X86_64';
  /** Seconds that running tasks have to end when a container is stopped. */
  readonly drain: number;
}

/** A value of `custom.workers` that cannot be deployed. */
export class InvalidWorkersError extends StarlingError {
  constructor(message: string) {
    super('INVALID_WORKERS', `custom.workers: ${message}`);
  }
}

type Raw = Readonly<Record<string, unknown>>;

const known = [
  'functions',
  'image',
  'subnets',
  'securityGroups',
  'publicIp',
  'count',
  'cpu',
  'memory',
  'spot',
  'architecture',
  'drain',
] as const;
type Key = (typeof known)[number];

/** Seconds. The maximum of Fargate: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html#ECS-Type-ContainerDefinition-stopTimeout */
export const LONGEST_STOP = 120;
/** Seconds between the end of the drain and the end of the container. */
export const STOP_MARGIN = 10;

/**
 * @param raw the value of `custom.workers` after osls has resolved variables; parameters are strings
 * @returns undefined when no function runs on containers
 * @throws InvalidWorkersError
 */
export function parseWorkers(raw: unknown): WorkerOptions | undefined {
  const given = (raw ?? {}) as Raw;
  const unknown = Object.keys(given).find((key) => !known.some((each) => each === key));
  if (unknown !== undefined) throw new InvalidWorkersError(`there is no '${unknown}'. It takes ${known.join(', ')}.`);
  const functions = names(given, 'functions');
  if (functions.length === 0) return undefined;
  const [image, ...others] = names(given, 'image');
  if (image === undefined || others.length > 0) {
    throw new InvalidWorkersError(
      `'image' is missing: build the Dockerfile, push it, and give its address (workerImage).`,
    );
  }
  const subnets = names(given, 'subnets');
  if (subnets.length === 0) {
    throw new InvalidWorkersError(`'subnets' is missing: give those that the containers run in (workerSubnets).`);
  }
  return {
    functions,
    image,
    subnets,
    securityGroups: names(given, 'securityGroups'),
    publicIp: flag(given, 'publicIp'),
    count: whole(given, 'count', 0, 1_000),
    cpu: whole(given, 'cpu', 256, 16_384),
    memory: whole(given, 'memory', 512, 122_880),
    spot: flag(given, 'spot'),
    architecture: wordOf(given, 'architecture', ['ARM64', 'X86_64']),
    drain: whole(given, 'drain', 6, LONGEST_STOP - STOP_MARGIN),
  };
}

/** Names, separated by commas or spaces. */
function names(given: Raw, key: Key): string[] {
  const value = given[key] ?? '';
  if (typeof value !== 'string') throw new InvalidWorkersError(`'${key}' takes names with commas between them.`);
  return value.split(/[\s,]+/).filter((name) => name !== '');
}

function flag(given: Raw, key: Key): boolean {
  return wordOf(given, key, ['true', 'false']) === 'true';
}

function whole(given: Raw, key: Key, min: number, max: number): number {
  const value = Number(given[key] ?? Number.NaN);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new InvalidWorkersError(
    `'${key}' is ${JSON.stringify(given[key])}, but takes a whole number from ${min} to ${max}.`,
  );
}

function wordOf<const Word extends string>(given: Raw, key: Key, words: readonly Word[]): Word {
  const word = String(given[key]);
  if (isOneOf(word, words)) return word;
  throw new InvalidWorkersError(`'${key}' is ${JSON.stringify(given[key])}, but takes ${words.join(' or ')}.`);
}
