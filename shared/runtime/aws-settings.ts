import { artifactStreamName, busName } from '../wiring/names.ts';
import {
  address,
  type Environment,
  type LogLevel,
  number,
  oneOf,
  readLogLevel,
  readMaxBody,
  readWait,
  required,
} from './environment.ts';
import type { FunctionSettings } from './runtime.ts';
import type { MeshSettings } from './settings.ts';

/** What a deployed agent is told by its environment. */
export interface AwsAgentSettings extends FunctionSettings {
  /** Whose log lines they are. */
  readonly service: string;
  /** Of the Lambda function; undefined on a container. */
  readonly functionName: string | undefined;
  readonly stage: string;
  readonly region: string;
  /** Of an emulator; the services' own addresses when undefined. */
  readonly endpoint: string | undefined;
  readonly bus: string;
  readonly artifactStream: string;
  readonly workingAfter: number;
  /** The bucket of what is too large for an event. */
  readonly blobs: string;
  readonly logLevel: LogLevel;
}

/** What a deployed function of the mesh is told by its environment. */
export interface AwsSettings extends AwsAgentSettings, MeshSettings {
  /** The `iss` of the tokens: the Cognito pool. */
  readonly issuer: string;
  /** Where the pool publishes its keys. */
  readonly jwksUrl: string;
  /** Whether the API passes an answer on as it is made, or when it is whole. */
  readonly responses: 'stream' | 'buffered';
}

/** See `MeshSettings`. A person who watches a task notices a second; a task of a second needs no word in between. */
const WORKING_AFTER = 1_000;

const agentVariables = ['STARLING_STAGE', 'STARLING_BLOBS', 'AWS_REGION'] as const;
const meshVariables = ['STARLING_ISSUER', 'STARLING_PUBLIC_URL', 'STARLING_TOKEN_URL'] as const;

/** @throws ConfigurationError that names every variable which is missing or wrong. */
export function readAwsAgentSettings(env: Environment): AwsAgentSettings {
  const { STARLING_STAGE: stage, STARLING_BLOBS: blobs, AWS_REGION: region } = required(env, agentVariables);
  return {
    service: env.AWS_LAMBDA_FUNCTION_NAME || 'starling',
    functionName: env.AWS_LAMBDA_FUNCTION_NAME || undefined,
    stage,
    region,
    endpoint: address(env, 'AWS_ENDPOINT_URL'),
    bus: busName(stage),
    artifactStream: artifactStreamName(stage),
    workingAfter: WORKING_AFTER,
    blobs,
    logLevel: readLogLevel(env),
    // Only functions with a queue have receives to count; set by the plugin that makes the queue.
    maxReceiveCount: number(env, 'STARLING_MAX_RECEIVE_COUNT', 1, {
      from: 1,
      to: 1000,
      integer: true,
      what: 'receives',
    }),
  };
}

/** @throws ConfigurationError that names every variable which is missing or wrong. */
export function readAwsSettings(env: Environment): AwsSettings {
  const variables = required(env, [...agentVariables, ...meshVariables]);
  const issuer = address(env, 'STARLING_ISSUER') ?? variables.STARLING_ISSUER;
  return {
    ...readAwsAgentSettings(env),
    wait: readWait(env),
    maxBody: readMaxBody(env),
    url: address(env, 'STARLING_PUBLIC_URL') ?? variables.STARLING_PUBLIC_URL,
    tokenUrl: address(env, 'STARLING_TOKEN_URL') ?? variables.STARLING_TOKEN_URL,
    issuer,
    jwksUrl: address(env, 'STARLING_JWKS_URL') ?? `${issuer}/.well-known/jwks.json`,
    responses: oneOf(env, 'STARLING_RESPONSES', ['stream', 'buffered'], 'buffered'),
  };
}
