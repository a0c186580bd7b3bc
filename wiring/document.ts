import { readFileSync } from 'node:fs';
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { ConfigurationError, messageOf } from '#shared/errors.ts';
import { cloudFormationTags } from './cloudformation.ts';

/** The path from the root of the file to a value, such as `['functions', 'echo', 'events', 0]`. */
export type Path = readonly (string | number)[];

/** The file as plain values, with the line of each value. */
export interface WiringDocument {
  readonly root: unknown;
  /** `file:line` of the value, or of the nearest value around it. */
  at(path: Path): string;
}

/** @throws ConfigurationError when the file cannot be read or is not YAML. */
export function readDocument(file: string): WiringDocument {
  const lines = new LineCounter();
  const document = parseDocument(read(file), {
    lineCounter: lines,
    merge: true,
    prettyErrors: false,
    customTags: cloudFormationTags,
  });
  // A warning is an unknown tag. osls refuses it too.
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new ConfigurationError(`${file}:${line}:${col}: not valid YAML: ${problem.message}`, { cause: problem });
  }
  return {
    root: toJS(file, document),
    at(path) {
      let node: unknown = document.contents;
      let offset = 0;
      for (const step of path) {
        if (isAlias(node)) node = node.resolve(document);
        const next = child(node, step);
        if (next === undefined) break;
        offset = next.offset;
        node = next.node;
      }
      return `${file}:${lines.linePos(offset).line}`;
    },
  };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigurationError(
      `${file} cannot be read: ${messageOf(error)}. Start in the folder that holds serverless.yml.`,
      { cause: error },
    );
  }
}

/** The offset of a map's value is that of its key, because the value itself may begin on the next line. */
function child(node: unknown, step: string | number): { node: unknown; offset: number } | undefined {
  if (isSeq(node) && typeof step === 'number') {
    const item = node.items[step];
    return item === undefined ? undefined : { node: item, offset: offsetOf(item as Node) };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
  return pair === undefined ? undefined : { node: pair.value, offset: offsetOf(pair.key as Node) };
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

/** The conversion finds aliases without an anchor. The parser does not. */
function toJS(file: string, document: Document): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    throw new ConfigurationError(`${file}: not valid YAML: ${messageOf(cause)}`, { cause });
  }
}
