import type { FunctionSettings } from '#shared/runtime/runtime.ts';
import { type MeshSettings, WORKING_AFTER_MS } from '#shared/runtime/settings.ts';
import type { LogLevel } from '#shared/telemetry/logger.ts';
import { artifactStreamName, busName } from '#wiring/names.ts';
import {
  address,
  type Environment,
  number,
  oneOf,
  readCard,
  readLogLevel,
  readMaxAnswer,
  readMaxBody,
  readRetention,
  readWait,
  required,
  text,
} from './environment.ts';

/** The settings that every deployed function gets from its environment. */
export interface AwsSettingsBase {
  /** The service's name in log lines. */
  readonly service: string;
  /** The Lambda function's name; undefined in a container. */
  readonly functionName: string | undefined;
  readonly stage: string;
  readonly region: string;
  /** The address of an emulator; undefined: AWS itself. */
  readonly endpoint: string | undefined;
  readonly logLevel: LogLevel;
}

export interface AwsAuthorizerSettings extends AwsSettingsBase {
  /** The `iss` of the tokens: the Cognito pool. */
  readonly issuer: string;
  /** The address of the pool's public keys. */
  readonly jwksUrl: string;
}

export interface AwsCanarySettings extends AwsSettingsBase, Pick<MeshSettings, 'url' | 'tokenUrl'> {
  /** The agent that it calls. */
  readonly agent: string;
}

export interface AwsAgentSettings extends AwsSettingsBase, FunctionSettings {
  readonly bus: string;
  readonly artifactStream: string;
  readonly workingAfterMs: number;
  /** The bucket for data that is too large for an event. */
  readonly blobs: string;
  /** The FIFO queue of the function's own subscription; undefined: it has no such subscription. */
  readonly pipedQueue: string | undefined;
}

/** The settings of the functions of the mesh. */
export interface AwsSettings extends AwsAgentSettings, AwsAuthorizerSettings, MeshSettings {
  /** How long tasks (from their creation) and quarantined events are kept. */
  readonly retentionMs: number;
}

/**
 * A buffered answer of Lambda has at most 6 MB as a JSON text, in which each quotation mark of the answer takes a byte more:
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const MAX_ANSWER_BYTES = 5 * 1024 * 1024;

const agentVariables = ['STARLING_BLOBS'] as const;
const meshVariables = ['STARLING_PUBLIC_URL', 'STARLING_TOKEN_URL'] as const;
const authorizerVariables = ['STARLING_ISSUER'] as const;
const baseVariables = ['STARLING_STAGE', 'AWS_REGION'] as const;

/** @throws ConfigurationError that names every variable which is missing or wrong. */
export function readAwsAgentSettings(env: Environment): AwsAgentSettings {
  required(env, [...baseVariables, ...agentVariables]);
  return agentSettings(env);
}

/** @throws ConfigurationError that names every variable which is missing or wrong. */
export function readAwsAuthorizerSettings(env: Environment): AwsAuthorizerSettings {
  required(env, [...baseVariables, ...authorizerVariables]);
  return authorizerSettings(env);
}

/** @throws ConfigurationError that names every variable which is missing or wrong. */
export function readAwsCanarySettings(env: Environment): AwsCanarySettings {
  const variables = required(env, [...baseVariables, ...meshVariables, 'STARLING_CANARY_AGENT']);
  return { ...baseSettings(env), ...meshAddresses(env, variables), agent: variables.STARLING_CANARY_AGENT };
}

/** @throws ConfigurationError that names every variable which is missing or wrong. */
export function readAwsSettings(env: Environment): AwsSettings {
  const variables = required(env, [...baseVariables, ...agentVariables, ...authorizerVariables, ...meshVariables]);
  return {
    ...agentSettings(env),
    ...authorizerSettings(env),
    waitMs: readWait(env),
    maxBodyBytes: readMaxBody(env),
    maxAnswerBytes: readMaxAnswer(env, MAX_ANSWER_BYTES),
    card: readCard(env),
    // A task may take 24 h. It must not expire while its agent works on it.
    retentionMs: readRetention(env, { fromDays: 2 }),
    ...meshAddresses(env, variables),
    responses: oneOf(env, 'STARLING_RESPONSES', ['stream', 'buffered'], 'buffered'),
  };
}

function meshAddresses(env: Environment, variables: Readonly<Record<(typeof meshVariables)[number], string>>) {
  return {
    url: address(env, 'STARLING_PUBLIC_URL') ?? variables.STARLING_PUBLIC_URL,
    tokenUrl: address(env, 'STARLING_TOKEN_URL') ?? variables.STARLING_TOKEN_URL,
  };
}

function baseSettings(env: Environment): AwsSettingsBase {
  const { STARLING_STAGE: stage, AWS_REGION: region } = required(env, baseVariables);
  return {
    service: text(env, 'AWS_LAMBDA_FUNCTION_NAME') ?? 'starling',
    functionName: text(env, 'AWS_LAMBDA_FUNCTION_NAME'),
    stage,
    region,
    endpoint: address(env, 'AWS_ENDPOINT_URL'),
    logLevel: readLogLevel(env),
  };
}

function authorizerSettings(env: Environment): AwsAuthorizerSettings {
  const variables = required(env, authorizerVariables);
  const issuer = address(env, 'STARLING_ISSUER') ?? variables.STARLING_ISSUER;
  return {
    ...baseSettings(env),
    issuer,
    jwksUrl: address(env, 'STARLING_JWKS_URL') ?? `${issuer}/.well-known/jwks.json`,
  };
}

function agentSettings(env: Environment): AwsAgentSettings {
  const { STARLING_BLOBS: blobs } = required(env, agentVariables);
  const base = baseSettings(env);
  return {
    ...base,
    bus: busName(base.stage),
    artifactStream: artifactStreamName(base.stage),
    workingAfterMs: WORKING_AFTER_MS,
    blobs,
    pipedQueue: text(env, 'STARLING_FIFO_QUEUE'),
    // The deployment plugin sets it for functions with a queue. Other functions do not use it.
    maxReceiveCount: number(env, 'STARLING_MAX_RECEIVE_COUNT', 1, {
      from: 1,
      to: 1000,
      integer: true,
      what: 'receives',
    }),
  };
}
