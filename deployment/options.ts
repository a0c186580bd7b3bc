import { parseArgs } from 'node:util';
import { ConfigurationError, messageOf } from '#shared/errors.ts';
import { stageProblem } from '#wiring/names.ts';

export interface Options {
  readonly help: boolean;
  readonly stage: string | undefined;
  readonly region: string | undefined;
  /** `name=value`, for the parameters of serverless.yml. */
  readonly params: readonly string[];
  /** Whether to deploy the agents of test/fixtures/mesh too, which misbehave on purpose. */
  readonly testAgents: boolean;
  /** Whether to put resources that an earlier deployment has retained into the stack. */
  readonly takeOver: boolean;
  /** The id of a client of the user pool. Undefined: the example client. */
  readonly client: string | undefined;
  /** Whether to end the rotation of a secret. */
  readonly finish: boolean;
}

const named = {
  help: { type: 'boolean', short: 'h', default: false },
  stage: { type: 'string', short: 's' },
  region: { type: 'string', short: 'r' },
} as const;

/** The options of one command only. */
const special = {
  deploy: {
    param: { type: 'string', multiple: true },
    'test-agents': { type: 'boolean' },
    'take-over': { type: 'boolean' },
  },
  rotate: { client: { type: 'string' }, finish: { type: 'boolean' } },
} as const;

export interface CommandLine {
  /** The command line without options, for messages. */
  readonly command: string;
  /** The command whose options it takes, beside those of all commands. */
  readonly kind?: keyof typeof special;
}

/** @throws ConfigurationError */
export function readOptions({ command, kind }: CommandLine, args: readonly string[]): Options {
  try {
    const options = kind === undefined ? named : { ...named, ...special[kind] };
    const { values } = parseArgs({ args: [...args], options }) as { values: Values };
    const { help, stage, region, param: params = [], 'test-agents': testAgents = false } = values;
    const { 'take-over': takeOver = false, client, finish = false } = values;
    if (client?.trim() === '') throw new Error('--client is empty, but takes the id of a client.');
    if (stage !== undefined) checkStage(stage);
    for (const param of params) {
      if (!/^\w+=/.test(param)) throw new Error(`--param is "${param}", but takes name=value.`);
    }
    return { help, stage, region, params, testAgents, takeOver, client, finish };
  } catch (cause) {
    throw new ConfigurationError(`${messageOf(cause)} See ${command} --help.`, { cause });
  }
}

interface Values {
  readonly help: boolean;
  readonly stage?: string;
  readonly region?: string;
  readonly param?: readonly string[];
  readonly 'test-agents'?: boolean;
  readonly 'take-over'?: boolean;
  readonly client?: string;
  readonly finish?: boolean;
}

function checkStage(stage: string): void {
  const problem = stageProblem(stage);
  if (problem !== undefined) throw new Error(`--stage is "${stage}", ${problem}`);
}
