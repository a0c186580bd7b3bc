import { ConfigurationError } from '#shared/errors.ts';
import { isObject } from '#shared/objects.ts';
import { asCloudFormation } from './cloudformation.ts';
import type { WiringDocument } from './document.ts';
import { childOf, type Located, type Variables } from './variables.ts';

/**
 * One value of `serverless.yml` with its variables resolved. It knows where it stands, so whatever is wrong with it is
 * said with file and line; it is read with the type that is wanted.
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

  /** What stands under the key; absent when nothing does. */
  get(key: string | number): Setting {
    return new Setting(this.#document, this.#variables, childOf(this.#located, key));
  }

  /** The entries of a map; none when it is absent. */
  entries(): [string, Setting][] {
    if (this.isAbsent) return [];
    const { value } = this;
    if (!isObject(value) || asCloudFormation(value)) {
      return this.fail('must be a map.');
    }
    return Object.keys(value).map((key) => [key, this.get(key)]);
  }

  /** The items of a list; none when it is absent. */
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

  /** Refuses what would silently do nothing in standalone. */
  requireKeys(known: readonly string[]): void {
    for (const [key, setting] of this.entries()) {
      // A value that is a variable stands where the variable leads: the key has to be named too.
      if (!known.includes(key)) setting.fail(`'${key}' is not known to standalone, which reads ${known.join(', ')}.`);
    }
  }

  /** The whole value as JSON would carry it, every variable in it resolved. */
  plain(): unknown {
    const { value } = this;
    if (asCloudFormation(value)) return this.fail('cannot be known outside of CloudFormation: write it out.');
    if (Array.isArray(value)) return this.items().map((item) => item.plain());
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(this.entries().map(([key, setting]) => [key, setting.plain()]));
  }

  /** Where it stands, as `file:line`. */
  get at(): string {
    return this.#document.at(this.#located.path);
  }

  /** Throws a ConfigurationError that says where, which setting, and what is wrong with it. */
  fail(problem: string, options?: { cause?: unknown }): never {
    const { path } = this.#located;
    throw new ConfigurationError(`${this.at}: ${path.join('.')}: ${problem}`, options);
  }
}
