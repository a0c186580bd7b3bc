import {
  getOptionValues,
  JSONPythonRenderer,
  PythonTargetLanguage,
  pythonOptions,
  type RenderContext,
  type RendererOptions,
} from 'quicktype-core';

/**
 * Names that the generated methods use. A property of this name would hide them: `from_dict` reads each property into a
 * variable, and a field of a class hides what is outside of the class.
 */
const used = [
  ...[
    'obj',
    'result',
    'cast',
    'dataclass',
    'isinstance',
    'staticmethod',
    'type',
    'list',
    'map',
    'x',
    'f',
    's',
    'c',
    't',
  ],
  ...[
    'from_dict',
    'to_dict',
    'from_str',
    'from_none',
    'from_union',
    'from_list',
    'from_bool',
    'from_int',
    'from_float',
  ],
  ...['to_class', 'to_enum', 'to_float', 'is_type'],
];

/** quicktype's Python, whose classes have no field that hides a name of their methods. */
export function pythonWithOwnNames(): PythonTargetLanguage {
  class Renderer extends JSONPythonRenderer {
    protected override forbiddenForObjectProperties(type: unknown, name: unknown) {
      const { names, includeGlobalForbidden } = super.forbiddenForObjectProperties(type, name);
      return { names: [...names, ...used], includeGlobalForbidden };
    }
  }
  class Python extends PythonTargetLanguage {
    protected override makeRenderer(context: RenderContext, options: RendererOptions): Renderer {
      return new Renderer(this, context, getOptionValues(pythonOptions, options));
    }
  }
  return new Python();
}
