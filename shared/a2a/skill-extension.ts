import { isObject } from '#shared/objects.ts';
import type { AgentExtension, Message } from './types.ts';

/**
 * The URI of Starling's A2A extension for skills. A message names the skill that it calls in its metadata, under this URI.
 * docs/concepts/skills.md describes the extension to clients.
 */
export const SKILL_EXTENSION = 'https://starling.example/extensions/skills/v1';

/**
 * The members of a message that name a skill.
 *
 * @example
 * const message = { messageId, role: 'ROLE_USER', parts: [{ data: { location: 'Seoul' } }], ...namingSkill('get_weather') };
 */
export function namingSkill(skill: string): { extensions: string[]; metadata: Record<string, unknown> } {
  return { extensions: [SKILL_EXTENSION], metadata: { [SKILL_EXTENSION]: { skill } } };
}

/** The value of a message under the URI of the extension. It is not checked. */
export function skillNaming({ metadata }: Partial<Pick<Message, 'metadata'>>): unknown {
  return isObject(metadata) ? (metadata[SKILL_EXTENSION] ?? undefined) : undefined;
}

/** The newest message of a client that names a skill, and the skill. The messages are in order, the oldest first. */
export function lastNaming(
  messages: readonly Message[],
): { readonly message: Message; readonly skill: string } | undefined {
  for (const message of messages.toReversed()) {
    const naming = message.role === 'ROLE_USER' ? skillNaming(message) : undefined;
    if (isObject(naming) && typeof naming.skill === 'string') return { message, skill: naming.skill };
  }
  return undefined;
}

/** The extension as a card declares it. Its params have the JSON Schemas of the skills that have some. */
export function skillExtension(
  schemas: readonly { readonly id: string; readonly input?: object; readonly output?: object }[],
): AgentExtension {
  const described = schemas.filter(({ input, output }) => input !== undefined || output !== undefined);
  return {
    uri: SKILL_EXTENSION,
    description:
      'A message names the skill that it calls. The params have the JSON Schemas of the input and output of skills.',
    required: false,
    params: { skills: Object.fromEntries(described.map(({ id, ...schemasOfSkill }) => [id, schemasOfSkill])) },
  };
}
