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
}

const named = {
  help: { type: 'boolean', short: 'h', default: false },
  stage: { type: 'string', short: 's' },
  region: { type: 'string', short: 'r' },
} as const;

const deploying = {
  param: { type: 'string', multiple: true },
  'test-agents': { type: 'boolean' },
  'take-over': { type: 'boolean' },
} as const;

export interface CommandLine {
  /** The command line without options, for messages. */
  readonly command: string;
  /** Whether the command takes the options of a deployment. */
  readonly deploys: boolean;
}

/** @throws ConfigurationError */
export function readOptions({ command, deploys }: CommandLine, args: readonly string[]): Options {
  try {
    const options = deploys ? { ...named, ...deploying } : named;
    const { values } = parseArgs({ args: [...args], options }) as { values: Values };
    const { help, stage, region, param: params = [], 'test-agents': testAgents = false } = values;
    const takeOver = values['take-over'] ?? false;
    if (stage !== undefined) checkStage(stage);
    for (const param of params) {
      if (!/^\w+=/.test(param)) throw new Error(`--param is "${param}", but takes name=value.`);
    }
    return { help, stage, region, params, testAgents, takeOver };
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
}

function checkStage(stage: string): void {
  const problem = stageProblem(stage);
  if (problem !== undefined) throw new Error(`--stage is "${stage}", ${problem}`);
}
