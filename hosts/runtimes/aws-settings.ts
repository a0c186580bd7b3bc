import type { FunctionSettings } from '#shared/runtime/runtime.ts';
import type { MeshSettings } from '#shared/runtime/settings.ts';
import type { LogLevel } from '#shared/telemetry/logger.ts';
import { artifactStreamName, busName } from '#wiring/names.ts';
import {
  address,
  type Environment,
  number,
  oneOf,
  readLogLevel,
  readMaxBody,
  readRetention,
  readWait,
  required,
} from './environment.ts';

/** What every deployed function is told by its environment. */
export interface AwsSettingsBase {
  /** Whose log lines they are. */
  readonly service: string;
  /** Of the Lambda function; undefined on a container. */
  readonly functionName: string | undefined;
  readonly stage: string;
  readonly region: string;
  /** Of an emulator; the services' own addresses when undefined. */
  readonly endpoint: string | undefined;
  readonly logLevel: LogLevel;
}

export interface AwsAuthorizerSettings extends AwsSettingsBase {
  /** The `iss` of the tokens: the Cognito pool. */
  readonly issuer: string;
  /** Where the pool publishes its keys. */
  readonly jwksUrl: string;
}

export interface AwsAgentSettings extends AwsSettingsBase, FunctionSettings {
  readonly bus: string;
  readonly artifactStream: string;
  readonly workingAfterMs: number;
  /** The bucket of what is too large for an event. */
  readonly blobs: string;
  /** The FIFO queue of the function's own subscription; undefined where it has none. */
  readonly pipedQueue: string | undefined;
}

/** Of the functions of the mesh. */
export interface AwsSettings extends AwsAgentSettings, AwsAuthorizerSettings, MeshSettings {
  /** How long tasks (from their creation) and quarantined events are kept. */
  readonly retentionMs: number;
}

/** See `MeshSettings`. A person who watches a task notices a second; a task of a second needs no word in between. */
const WORKING_AFTER = 1_000;

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
export function readAwsSettings(env: Environment): AwsSettings {
  const variables = required(env, [...baseVariables, ...agentVariables, ...authorizerVariables, ...meshVariables]);
  return {
    ...agentSettings(env),
    ...authorizerSettings(env),
    waitMs: readWait(env),
    maxBodyBytes: readMaxBody(env),
    // A task may take 24 h, and must not expire under its agent.
    retentionMs: readRetention(env, { fromDays: 2 }),
    url: address(env, 'STARLING_PUBLIC_URL') ?? variables.STARLING_PUBLIC_URL,
    tokenUrl: address(env, 'STARLING_TOKEN_URL') ?? variables.STARLING_TOKEN_URL,
    responses: oneOf(env, 'STARLING_RESPONSES', ['stream', 'buffered'], 'buffered'),
  };
}

function baseSettings(env: Environment): AwsSettingsBase {
  const { STARLING_STAGE: stage, AWS_REGION: region } = required(env, baseVariables);
  return {
    service: env.AWS_LAMBDA_FUNCTION_NAME || 'starling',
    functionName: env.AWS_LAMBDA_FUNCTION_NAME || undefined,
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
    workingAfterMs: WORKING_AFTER,
    blobs,
    pipedQueue: env.STARLING_FIFO_QUEUE || undefined,
    // Only functions with a queue have receives to count; set by the plugin that makes the queue.
    maxReceiveCount: number(env, 'STARLING_MAX_RECEIVE_COUNT', 1, {
      from: 1,
      to: 1000,
      integer: true,
      what: 'receives',
    }),
  };
}
