import type { JavaClass, JavaName, JavaTargetLanguage, RenderContext, RendererOptions } from 'quicktype-core';

/**
 * quicktype's Java, by Jackson, which leaves out what an event does not say: by itself it would write null, which no schema
 * of ours takes.
 *
 * @throws the error of the import where quicktype-core is not installed.
 */
export async function javaWithoutNulls(): Promise<JavaTargetLanguage> {
  const { getOptionValues, JacksonRenderer, JavaTargetLanguage, javaOptions } = await import('quicktype-core');
  class Renderer extends JacksonRenderer {
    protected override emitClassAttributes(type: JavaClass, name: JavaName): void {
      this.emitLine('@JsonInclude(JsonInclude.Include.NON_NULL)');
      super.emitClassAttributes(type, name);
    }
  }
  class Java extends JavaTargetLanguage {
    protected override makeRenderer(context: RenderContext, options: RendererOptions): Renderer {
      return new Renderer(this, context, getOptionValues(javaOptions, options));
    }
  }
  return new Java();
}
