import type { AgentCard, AgentExtension, AgentSkill } from '#shared/a2a/types.ts';
import { ConfigurationError } from '#shared/errors.ts';
import type { AgentManifest, JsonSchema, SkillSchemas } from '#shared/ports/agent-registry.ts';
import type { AgentTask } from './task.ts';

/** A handler gives nothing, text, JSON data or an output. It may return a promise, or be an async generator of many results. */
export type Result = unknown;
export type Handler = (task: AgentTask) => Result;

export interface SkillDefinition<Input = never> {
  /** Also the JSON-RPC method that calls the skill. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly examples?: readonly string[];
  /** Media types that the skill takes beside those of the agent, and those that it gives. */
  readonly inputModes?: readonly string[];
  readonly outputModes?: readonly string[];
  /** JSON Schema 2020-12. The gateway checks the params of a call against it before it makes a task. */
  readonly input?: JsonSchema;
  readonly output?: JsonSchema;
  /**
   * Handles the calls that name the skill, and the later turns of their tasks. `input` is the data of the newest message that
   * names the skill. Without this handler, the agent's own handler handles these calls.
   */
  readonly handler?: (input: Input, task: AgentTask) => Result;
}

export interface AgentDefinition {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  /** Whether everybody may read the card without a token. Default: false. */
  readonly public?: boolean;
  readonly provider?: AgentCard['provider'];
  readonly documentationUrl?: string;
  readonly iconUrl?: string;
  readonly inputModes?: readonly string[];
  readonly outputModes?: readonly string[];
  /** Whether the agent may answer with `reply('…')`, a message without a task. A stream then begins up to a second later. */
  readonly replies?: boolean;
  /**
   * Whether a message that comes again, with the same `messageId`, makes no second task. Default: true. With false, clients
   * may use one id for all messages, and a retry makes another task unless it has an `Idempotency-Key`.
   */
  readonly deduplicate?: boolean;
  /** The extensions of A2A that the agent has. A call that does not name a required one in `A2A-Extensions` is refused. */
  readonly extensions?: readonly AgentExtension[];
  readonly skills: readonly SkillDefinition[];
  /** Handles every message that no skill's handler takes. */
  readonly handler: Handler;
}

/**
 * Declares a skill. Its handler takes `Input`, the type that the `input` schema describes.
 *
 * @example
 * const add = skill<{ a: number; b: number }>({
 *   id: 'add', name: 'Add', description: 'Adds two numbers.', tags: ['arithmetic'],
 *   input: {
 *     type: 'object',
 *     properties: { a: { type: 'number' }, b: { type: 'number' } },
 *     required: ['a', 'b'],
 *   },
 *   handler: ({ a, b }) => ({ sum: a + b }),
 * });
 */
export function skill<Input>(definition: SkillDefinition<Input>): SkillDefinition {
  return definition as SkillDefinition;
}

/** Methods of A2A, in both versions. A skill may not have such a name. */
const reserved =
  /^(?:SendMessage|SendStreamingMessage|GetTask|ListTasks|CancelTask|SubscribeToTask|GetExtendedAgentCard|(?:Create|Get|List|Delete)TaskPushNotificationConfigs?|(?:message|tasks|agent|rpc)[/.].*)$/;
const skillIdPattern = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

/** Runs at start, so that a mistake does not wait for the first caller. @throws ConfigurationError that names the field */
export function checkDefinition(definition: AgentDefinition): void {
  for (const field of ['name', 'description', 'version'] as const) {
    if (typeof definition[field] !== 'string' || definition[field].trim() === '') {
      throw new ConfigurationError(`defineAgent: ${field} is missing or empty.`);
    }
  }
  if (typeof definition.handler !== 'function') throw new ConfigurationError('defineAgent: handler is not a function.');
  if (!Array.isArray(definition.skills) || definition.skills.length === 0) {
    throw new ConfigurationError('defineAgent: skills is empty. An A2A card has at least one skill.');
  }
  for (const { uri } of definition.extensions ?? []) {
    // A comma or a space would make two of it in the header `A2A-Extensions`.
    if (typeof uri !== 'string' || !/^[^\s,]+$/.test(uri)) {
      throw new ConfigurationError('defineAgent: each of extensions needs a uri, without spaces and commas.');
    }
  }
  const ids = new Set<string>();
  for (const { id, name, description, tags } of definition.skills) {
    if (!skillIdPattern.test(id)) {
      throw new ConfigurationError(
        `defineAgent: the skill id "${id}" must begin with a letter and have at most 64 letters, digits, "_", "." and "-".`,
      );
    }
    if (reserved.test(id))
      throw new ConfigurationError(`defineAgent: the skill id "${id}" is a method of A2A. Choose another id.`);
    if (ids.has(id)) throw new ConfigurationError(`defineAgent: two skills have the id "${id}".`);
    if (!name || !description || !Array.isArray(tags)) {
      throw new ConfigurationError(`defineAgent: the skill "${id}" needs a name, a description and tags.`);
    }
    ids.add(id);
  }
}

/** The card as the agent declares it. */
export function manifestCard(definition: AgentDefinition): AgentManifest {
  const { name, description, version, provider, documentationUrl, iconUrl } = definition;
  return {
    name,
    description,
    version,
    ...(provider && { provider }),
    ...(documentationUrl !== undefined && { documentationUrl }),
    ...(iconUrl !== undefined && { iconUrl }),
    capabilities: {
      streaming: true,
      pushNotifications: false,
      extendedAgentCard: false,
      ...(definition.extensions && { extensions: definition.extensions }),
    },
    defaultInputModes: definition.inputModes ?? ['text/plain', 'application/json'],
    defaultOutputModes: definition.outputModes ?? ['text/plain', 'application/json'],
    skills: definition.skills.map(manifestSkill),
  };
}

function manifestSkill(skill: SkillDefinition): AgentSkill {
  const { id, name, description, tags, examples, inputModes, outputModes } = skill;
  return {
    id,
    name,
    description,
    tags,
    ...(examples && { examples }),
    ...(inputModes && { inputModes }),
    ...(outputModes && { outputModes }),
  };
}

export function skillSchemas(definition: AgentDefinition): SkillSchemas[] {
  return definition.skills.map(({ id, input, output }) => ({ id, ...(input && { input }), ...(output && { output }) }));
}
