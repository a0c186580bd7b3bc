import type { Artifact, Part } from '#shared/a2a/types.ts';
import type { TaskStatusChangedV1, Usage } from '#shared/generated/types.ts';

/** Bytes of JSON. With it, an event stays within the 64 KB that EventBridge bills as one. */
const MAX_BYTES = 48 * 1_024;
/** The bounds of the schemas of events. */
const MAX_ARTIFACTS = 1_000;
const MAX_PARTS = 1_000;

interface Whole {
  readonly artifact: Artifact;
  /** A list of its own. Until it grows, it is the list of its event. */
  grown?: Part[];
  bytes: number;
}

/** The artifacts of a turn and what its language models cost, for the event that ends the turn. */
export class TurnResult {
  /** Undefined once the artifacts are too large for an event. */
  #artifacts: Map<string, Whole> | undefined = new Map();
  #bytes = 0;
  #usage: Usage | undefined;

  /**
   * Takes a whole artifact, or with `append` more parts of one.
   *
   * @param bytes of the artifact as JSON
   */
  add(artifact: Artifact, append: boolean, bytes: number): void {
    if (this.#artifacts === undefined) return;
    const { artifactId, parts } = artifact;
    const known = this.#artifacts.get(artifactId);
    if (known === undefined || !append) {
      this.#artifacts.set(artifactId, { artifact, bytes });
      this.#bytes += bytes - (known?.bytes ?? 0);
    } else {
      known.grown ??= [...known.artifact.parts];
      const added = appendParts(known.grown, parts);
      known.bytes += added;
      this.#bytes += added;
      if (known.grown.length > MAX_PARTS) this.#artifacts = undefined;
    }
    if (this.#bytes > MAX_BYTES || (this.#artifacts?.size ?? 0) > MAX_ARTIFACTS) this.#artifacts = undefined;
  }

  addUsage({ inputTokens, outputTokens, model, cost }: Usage): void {
    const before = this.#usage ?? {};
    this.#usage = {
      ...before,
      ...(inputTokens !== undefined && { inputTokens: (before.inputTokens ?? 0) + inputTokens }),
      ...(outputTokens !== undefined && { outputTokens: (before.outputTokens ?? 0) + outputTokens }),
      ...(model !== undefined && { model }),
      ...(cost !== undefined && { cost: (before.cost ?? 0) + cost }),
    };
  }

  toJson(): Pick<TaskStatusChangedV1, 'artifacts' | 'artifactsOmitted' | 'usage'> {
    const usage = this.#usage && { usage: this.#usage };
    if (this.#artifacts === undefined) return { artifactsOmitted: true, ...usage };
    const artifacts = Array.from(this.#artifacts.values(), ({ artifact, grown }) =>
      grown === undefined ? artifact : { ...artifact, parts: grown as [Part, ...Part[]] },
    );
    return { artifacts, ...usage };
  }
}

/** Texts that follow each other become one part, because a streamed text has a part for each word. Returns bytes of JSON. */
function appendParts(parts: Part[], more: readonly Part[]): number {
  let bytes = 0;
  for (const part of more) {
    const last = parts.at(-1);
    if (last !== undefined && isPlainText(last) && isPlainText(part)) {
      parts[parts.length - 1] = { text: last.text + part.text };
      bytes += Buffer.byteLength(JSON.stringify(part.text)) - 2;
    } else {
      parts.push(part);
      bytes += Buffer.byteLength(JSON.stringify(part)) + 1;
    }
  }
  return bytes;
}

function isPlainText(part: Part): part is { text: string } {
  return 'text' in part && Object.keys(part).length === 1;
}
