import {
  getOptionValues,
  JacksonRenderer,
  type JavaAccessor,
  type JavaClass,
  type JavaName,
  JavaTargetLanguage,
  javaOptions,
  type RenderContext,
  type RendererOptions,
} from 'quicktype-core';

/**
 * The Java of quicktype, with Jackson. Jackson leaves out fields that the event does not have. By default it would
 * write null, which no schema allows.
 */
export function javaWithoutNulls(): JavaTargetLanguage {
  class Renderer extends JacksonRenderer {
    protected override emitClassAttributes(type: JavaClass, name: JavaName): void {
      this.emitLine('@JsonInclude(JsonInclude.Include.NON_NULL)');
      super.emitClassAttributes(type, name);
    }

    protected override annotationsForAccessor(...accessor: JavaAccessor): readonly string[] {
      const [, , , , property, isSetter] = accessor;
      const annotations = super.annotationsForAccessor(...accessor);
      // The value of such a property may be null, and then the property must not be left out.
      const mayBeNull = property.type.kind === 'any' && !property.isOptional && !isSetter;
      return mayBeNull ? ['@JsonInclude(JsonInclude.Include.ALWAYS)', ...annotations] : annotations;
    }
  }
  class Java extends JavaTargetLanguage {
    protected override makeRenderer(context: RenderContext, options: RendererOptions): Renderer {
      return new Renderer(this, context, getOptionValues(javaOptions, options));
    }
  }
  return new Java();
}
