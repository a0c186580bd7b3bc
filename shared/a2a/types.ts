/**
 * The A2A 1.0 wire types in ProtoJSON. Only the fields that the mesh reads are here. The types of messages, parts and
 * artifacts come from the event schemas.
 */
import type { Artifact, Message, TaskStatus } from '#shared/generated/types.ts';

export type { Artifact, Message, Part, TaskStatus } from '#shared/generated/types.ts';
export type TaskState = TaskStatus['state'];

export interface Task {
  readonly id: string;
  readonly contextId: string;
  readonly status: TaskStatus;
  readonly artifacts?: readonly Artifact[];
  readonly history?: readonly Message[];
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** One event of a stream. It has exactly one of these members. */
export type StreamResponse =
  | { readonly task: Task }
  | { readonly message: Message }
  | {
      readonly statusUpdate: {
        readonly taskId: string;
        readonly contextId: string;
        readonly status: TaskStatus;
        readonly metadata?: Readonly<Record<string, unknown>>;
      };
    }
  | {
      readonly artifactUpdate: {
        readonly taskId: string;
        readonly contextId: string;
        readonly artifact: Artifact;
        readonly append: boolean;
        readonly lastChunk: boolean;
        readonly metadata?: Readonly<Record<string, unknown>>;
      };
    };

export interface AgentSkill {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly examples?: readonly string[];
  readonly inputModes?: readonly string[];
  readonly outputModes?: readonly string[];
}

export interface AgentInterface {
  readonly url: string;
  readonly protocolBinding: 'JSONRPC' | 'HTTP+JSON' | 'GRPC';
  readonly protocolVersion: string;
  readonly tenant?: string;
}

export interface AgentExtension {
  readonly uri: string;
  readonly description?: string;
  readonly required?: boolean;
  readonly params?: Readonly<Record<string, unknown>>;
}

export interface AgentCard {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly supportedInterfaces: readonly AgentInterface[];
  readonly capabilities: {
    readonly streaming: boolean;
    readonly pushNotifications: boolean;
    readonly extendedAgentCard: boolean;
    readonly extensions?: readonly AgentExtension[];
  };
  readonly defaultInputModes: readonly string[];
  readonly defaultOutputModes: readonly string[];
  readonly skills: readonly AgentSkill[];
  readonly provider?: { readonly organization: string; readonly url: string };
  readonly documentationUrl?: string;
  readonly iconUrl?: string;
  readonly securitySchemes?: Readonly<Record<string, unknown>>;
  readonly securityRequirements?: readonly unknown[];
}
