import { ConfigurationError } from '#shared/errors.ts';
import { isObject } from '#shared/objects.ts';
import { asCloudFormation } from './cloudformation.ts';
import type { WiringDocument } from './document.ts';
import { childOf, type Located, type Variables } from './variables.ts';

/**
 * One value of `serverless.yml` with its variables resolved. The caller reads it as the type that it wants. A value of
 * another type is an error that names the file and the line.
 */
export class Setting {
  readonly #document: WiringDocument;
  readonly #variables: Variables;
  readonly #located: Located;

  private constructor(document: WiringDocument, variables: Variables, located: Located) {
    this.#document = document;
    this.#variables = variables;
    this.#located = variables.resolve(located);
  }

  static root(document: WiringDocument, variables: Variables): Setting {
    return new Setting(document, variables, { value: document.root, path: [] });
  }

  get value(): unknown {
    return this.#located.value;
  }

  get isAbsent(): boolean {
    return this.value === undefined || this.value === null;
  }

  /** The value under the key. It is absent when the file has no such key. */
  get(key: string | number): Setting {
    return new Setting(this.#document, this.#variables, childOf(this.#located, key));
  }

  /** The entries of a map; an empty list when the map is absent. */
  entries(): [string, Setting][] {
    if (this.isAbsent) return [];
    const { value } = this;
    if (!isObject(value) || asCloudFormation(value)) {
      return this.fail('must be a map.');
    }
    return Object.keys(value).map((key) => [key, this.get(key)]);
  }

  /** The items of a list; an empty list when the list is absent. */
  items(): Setting[] {
    if (this.isAbsent) return [];
    if (!Array.isArray(this.value)) return this.fail('must be a list.');
    return this.value.map((_, index) => this.get(index));
  }

  string(): string {
    return typeof this.value === 'string' && this.value !== '' ? this.value : this.fail('must be a text.');
  }

  integer(min: number, max: number): number {
    const { value } = this;
    return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
      ? value
      : this.fail(`must be a whole number from ${min} to ${max}.`);
  }

  boolean(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.fail('must be true or false.');
  }

  oneOf<const Choice extends string>(choices: readonly Choice[]): Choice {
    return choices.find((choice) => choice === this.value) ?? this.fail(`must be ${choices.join(' or ')}.`);
  }

  /** Refuses other keys: they would silently do nothing in standalone. */
  requireKeys(known: readonly string[]): void {
    for (const [key, setting] of this.entries()) {
      // The path of a variable's value is the path that the variable points to. It does not contain the key.
      if (!known.includes(key)) setting.fail(`standalone does not know '${key}'. It reads ${known.join(', ')}.`);
    }
  }

  /** The whole value as plain JSON with every variable resolved. */
  plain(): unknown {
    const { value } = this;
    if (asCloudFormation(value)) return this.fail('only CloudFormation knows this value. Write the value itself.');
    if (Array.isArray(value)) return this.items().map((item) => item.plain());
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(this.entries().map(([key, setting]) => [key, setting.plain()]));
  }

  /** The position in the file, as `file:line`. */
  get at(): string {
    return this.#document.at(this.#located.path);
  }

  /** @throws ConfigurationError always: it names the line, the setting and the problem. */
  fail(problem: string, options?: { cause?: unknown }): never {
    const { path } = this.#located;
    throw new ConfigurationError(`${this.at}: ${path.join('.')}: ${problem}`, options);
  }
}
