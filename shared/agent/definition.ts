import type { AgentCard, AgentSkill } from '#shared/a2a/types.ts';
import { ConfigurationError } from '#shared/errors.ts';
import type { AgentManifest, JsonSchema, SkillSchemas } from '#shared/ports/agent-registry.ts';
import type { AgentTask } from './task.ts';

/** What a handler gives: nothing, text, JSON data, or an output; at once, by promise, or many by an async generator. */
export type Result = unknown;
export type Handler = (task: AgentTask) => Result;

export interface SkillDefinition<Input = never> {
  /** Also the JSON-RPC method by which the skill is called. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly examples?: readonly string[];
  /** JSON Schemas 2020-12. The gateway checks a call's params against `input` before there is a task. */
  readonly input?: JsonSchema;
  readonly output?: JsonSchema;
  /** Takes the calls that name the skill; the agent's own handler does where this is missing. */
  readonly handler?: (input: Input, task: AgentTask) => Result;
}

export interface AgentDefinition {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  /** Whether anyone may read the card without a token. */
  readonly public?: boolean;
  readonly provider?: AgentCard['provider'];
  readonly documentationUrl?: string;
  readonly iconUrl?: string;
  readonly inputModes?: readonly string[];
  readonly outputModes?: readonly string[];
  readonly skills: readonly SkillDefinition[];
  /** Takes every message. */
  readonly handler: Handler;
}

/** Declares a skill whose handler takes `Input`, the type that its `input` schema describes. */
export function skill<Input>(definition: SkillDefinition<Input>): SkillDefinition {
  return definition as SkillDefinition;
}

/** Method names that are A2A's own, in both versions, so that no skill may have them. */
const reserved =
  /^(?:SendMessage|SendStreamingMessage|GetTask|ListTasks|CancelTask|SubscribeToTask|GetExtendedAgentCard|(?:Create|Get|List|Delete)TaskPushNotificationConfigs?|(?:message|tasks|agent|rpc)[/.].*)$/;
const skillIdPattern = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

/** @throws ConfigurationError that names the field: a mistake shows at start, not under load. */
export function checkDefinition(definition: AgentDefinition): void {
  for (const field of ['name', 'description', 'version'] as const) {
    if (typeof definition[field] !== 'string' || definition[field].trim() === '') {
      throw new ConfigurationError(`defineAgent: ${field} is missing or empty.`);
    }
  }
  if (typeof definition.handler !== 'function') throw new ConfigurationError('defineAgent: handler is not a function.');
  if (!Array.isArray(definition.skills) || definition.skills.length === 0) {
    throw new ConfigurationError('defineAgent: skills is empty; an A2A card has at least one.');
  }
  const ids = new Set<string>();
  for (const { id, name, description, tags } of definition.skills) {
    if (!skillIdPattern.test(id)) {
      throw new ConfigurationError(
        `defineAgent: the skill id "${id}" is not of letters, digits, "_", "." and "-", at most 64, a letter first.`,
      );
    }
    if (reserved.test(id)) throw new ConfigurationError(`defineAgent: the skill id "${id}" is a method of A2A itself.`);
    if (ids.has(id)) throw new ConfigurationError(`defineAgent: two skills have the id "${id}".`);
    if (!name || !description || !Array.isArray(tags)) {
      throw new ConfigurationError(`defineAgent: the skill "${id}" lacks a name, a description or tags.`);
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
    capabilities: { streaming: true, pushNotifications: false, extendedAgentCard: false },
    defaultInputModes: definition.inputModes ?? ['text/plain', 'application/json'],
    defaultOutputModes: definition.outputModes ?? ['text/plain', 'application/json'],
    skills: definition.skills.map(manifestSkill),
  };
}

function manifestSkill({ id, name, description, tags, examples }: SkillDefinition): AgentSkill {
  return { id, name, description, tags, ...(examples && { examples }) };
}

export function skillSchemas(definition: AgentDefinition): SkillSchemas[] {
  return definition.skills.map(({ id, input, output }) => ({ id, ...(input && { input }), ...(output && { output }) }));
}
