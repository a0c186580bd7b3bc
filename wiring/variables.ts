import { ConfigurationError } from '#shared/errors.ts';
import type { Path, WiringDocument } from './document.ts';
import { parseVariables, type Source, type Variable } from './variable-syntax.ts';

/** A value and its path in the file. The value of a variable has the path that the variable points to. */
export interface Located {
  readonly value: unknown;
  readonly path: Path;
}

export interface VariableOptions {
  readonly stage: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The variables of `serverless.yml`, in the subset that standalone resolves:
 *
 * | variable | value |
 * |---|---|
 * | `${sls:stage}`, `${opt:stage}` | the stage |
 * | `${self:a.b.c}` | another value of the file |
 * | `${param:name}` | `params.{stage}.name`, else `params.default.name` |
 * | `${env:NAME}` | an environment variable |
 *
 * Fallbacks may follow each variable: other variables without `${}`, or literals: `${env:NAME, self:a.b, 'text'}`.
 */
export class Variables {
  readonly #document: WiringDocument;
  readonly #options: VariableOptions;

  constructor(document: WiringDocument, options: VariableOptions) {
    this.#document = document;
    this.#options = options;
  }

  /** @throws ConfigurationError for a variable outside the subset, and for a variable without a value. */
  resolve(located: Located, trail: readonly string[] = []): Located {
    const { value, path } = located;
    if (typeof value !== 'string' || !value.includes('${')) return located;
    const parts = parseVariables(value, (message) => this.#fail(path, message));
    const [only] = parts;
    if (parts.length === 1 && only !== undefined && typeof only !== 'string') return this.#first(only, path, trail);
    const text = parts.map((part) => (typeof part === 'string' ? part : this.#text(part, path, trail))).join('');
    return { value: text, path };
  }

  #text(variable: Variable, path: Path, trail: readonly string[]): string {
    const { value } = this.#first(variable, path, trail);
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
    return this.#fail(path, `${variable.text} is not a text. It cannot be part of a text.`);
  }

  /** The first source that has a value. */
  #first(variable: Variable, path: Path, trail: readonly string[]): Located {
    for (const source of variable.sources) {
      const found = this.#look(source, path, trail);
      if (found.value !== undefined && found.value !== null) return found;
    }
    return this.#fail(
      path,
      `${variable.text} has no value. Set it, or add a fallback: ${withFallback(variable.text)}.`,
    );
  }

  #look(source: Source, path: Path, trail: readonly string[]): Located {
    switch (source.type) {
      case 'literal':
        return { value: source.value, path };
      case 'stage':
        return { value: this.#options.stage, path };
      case 'env':
        return { value: this.#options.env[source.name], path };
      case 'param': {
        const ofStage = this.#follow(['params', this.#options.stage, source.name], path, trail);
        return ofStage.value == null ? this.#follow(['params', 'default', source.name], path, trail) : ofStage;
      }
      case 'self':
        return this.#follow(source.keys, path, trail);
      default:
        return source satisfies never;
    }
  }

  /** Walks down from the root. A value on the way may be a variable, too. */
  #follow(keys: readonly string[], from: Path, trail: readonly string[]): Located {
    const address = keys.join('.');
    if (trail.includes(address)) this.#fail(from, `the value of ${address} depends on itself.`);
    const deeper = [...trail, address];
    let at: Located = { value: this.#document.root, path: [] };
    for (const key of keys) at = this.resolve(childOf(at, key), deeper);
    return at;
  }

  #fail(path: Path, message: string): never {
    throw new ConfigurationError(`${this.#document.at(path)}: ${path.join('.')}: ${message}`);
  }
}

/** A value within a map or a list. */
export function childOf({ value, path }: Located, key: string | number): Located {
  const child =
    typeof value === 'object' && value !== null && Object.hasOwn(value, key)
      ? (value as Record<string | number, unknown>)[key]
      : undefined;
  return { value: child, path: [...path, key] };
}

function withFallback(variable: string): string {
  return `${variable.slice(0, -1)}, 'value'}`;
}
