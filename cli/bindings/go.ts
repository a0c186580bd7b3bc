import {
  GoRenderer,
  GoTargetLanguage,
  getOptionValues,
  goOptions,
  type RenderContext,
  type RendererOptions,
} from 'quicktype-core';

/** quicktype's Go. A field has not the name of the method Marshal, which each type of an event has. */
export function goWithMarshal(): GoTargetLanguage {
  class Renderer extends GoRenderer {
    protected override forbiddenForObjectProperties(): { names: readonly string[]; includeGlobalForbidden: boolean } {
      return { names: ['Marshal'], includeGlobalForbidden: false };
    }
  }
  class Go extends GoTargetLanguage {
    protected override makeRenderer(context: RenderContext, options: RendererOptions): Renderer {
      return new Renderer(this, context, getOptionValues(goOptions, options));
    }
  }
  return new Go();
}

/**
 * An optional list or map that is empty is written, and one that is nil is left out. quicktype's `omitempty` would leave out
 * both. Needs Go 1.24.
 */
export function withEmptyLists(text: string): string {
  return text.replaceAll(/^(\t\w+\s+(?:\[\]|map\[).*`json:".*),omitempty"`/gm, '$1,omitzero"`');
}
