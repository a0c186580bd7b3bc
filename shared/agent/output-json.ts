/** Few texts match. Only in them JSON may have lost a value, or may have half of a surrogate pair. */
const SUSPICIOUS = /null|\\ud[89a-f]/;

/**
 * The JSON of an agent's output. Undefined for a value that JSON leaves out, such as a function.
 *
 * @throws TypeError for a value that JSON or protobuf cannot carry: a bigint, NaN, an infinite number, half of a surrogate pair
 */
export function outputJson(output: object): string;
export function outputJson(output: unknown): string | undefined;
export function outputJson(output: unknown): string | undefined {
  const text: string | undefined = JSON.stringify(output);
  return text !== undefined && SUSPICIOUS.test(text) ? JSON.stringify(output, portable) : text;
}

function portable(name: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new TypeError(
      `The output has ${value} in "${name}". JSON has no such number: return a text or leave it out.`,
    );
  }
  if (!name.isWellFormed() || (typeof value === 'string' && !value.isWellFormed())) {
    throw new TypeError(
      `The output has half of a surrogate pair in "${name.toWellFormed()}". Cut texts between characters, or use toWellFormed().`,
    );
  }
  return value;
}
