import { A2AError } from '#shared/a2a/errors.ts';
import { SKILL_EXTENSION } from '#shared/a2a/skill-extension.ts';
import type { RegisteredAgent } from '#shared/ports/agent-registry.ts';
import type { GatewayContext } from '../environment.ts';

/**
 * The extensions that the client uses and the agent has (§3.2.6). Clients of A2A 0.3 name them in `X-A2A-Extensions`.
 *
 * @throws A2AError EXTENSION_SUPPORT_REQUIRED if the client does not name one that the agent requires
 */
export function extensionsOf(context: GatewayContext, { id, card }: RegisteredAgent): readonly string[] {
  const header = context.req.header('a2a-extensions') ?? context.req.header('x-a2a-extensions');
  const declared = card.capabilities.extensions;
  if (header === undefined && declared === undefined) return [];
  const asked = (header ?? '').split(',').map((uri) => uri.trim());
  for (const { uri, required } of declared ?? []) {
    if (required !== true || asked.includes(uri)) continue;
    throw new A2AError(
      'EXTENSION_SUPPORT_REQUIRED',
      `${id} requires the extension ${uri}. If the client supports it, send the header A2A-Extensions: ${uri}.`,
      { metadata: { extension: uri } },
    );
  }
  return asked.filter((uri) => uri === SKILL_EXTENSION || declared?.some((each) => each.uri === uri));
}

/** Tells the client which extensions the gateway and the agent use for this call. */
export function extensionsHeader({ extensions }: { readonly extensions: readonly string[] }): Record<string, string> {
  return extensions.length === 0 ? {} : { 'A2A-Extensions': extensions.join(', ') };
}
