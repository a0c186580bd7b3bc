import { A2AError } from '#shared/a2a/errors.ts';
import type { Message } from '#shared/a2a/types.ts';
import { isObject } from '#shared/objects.ts';
import type { RegisteredAgent } from '#shared/ports/agent-registry.ts';

/**
 * Refuses a part whose media type the agent does not take (A2A 1.0 §3.1.1). A part without a media type passes, because its
 * kind tells what it is.
 *
 * @param message as the client sent it, before its schema is checked
 * @throws A2AError CONTENT_TYPE_NOT_SUPPORTED
 */
export function checkInputModes({ id, card }: Pick<RegisteredAgent, 'id' | 'card'>, message: Message): void {
  if (!Array.isArray(message.parts)) return;
  for (const part of message.parts as readonly unknown[]) {
    if (!isObject(part) || typeof part.mediaType !== 'string' || part.mediaType === '') continue;
    const type = essence(part.mediaType);
    const modes = [...card.defaultInputModes, ...card.skills.flatMap(({ inputModes }) => inputModes ?? [])];
    if (modes.some((mode) => takes(essence(mode), type))) continue;
    throw new A2AError(
      'CONTENT_TYPE_NOT_SUPPORTED',
      `${id} takes no part of the media type ${type.slice(0, 80)}. It takes: ${[...new Set(modes)].join(', ')}.`,
      { metadata: { mediaType: type.slice(0, 80) } },
    );
  }
}

/** The type without its parameters, such as the charset. */
function essence(mediaType: string): string {
  return (mediaType.split(';', 1)[0] ?? '').trim().toLowerCase();
}

/** A mode may be a range, as in the header Accept. */
function takes(mode: string, type: string): boolean {
  return mode === type || mode === '*/*' || (mode.endsWith('/*') && type.startsWith(mode.slice(0, -1)));
}
