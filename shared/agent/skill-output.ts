import { dataOf } from '#shared/a2a/parts.ts';
import type { Artifact } from '#shared/a2a/types.ts';
import { parseJson } from '#shared/exact-json.ts';
import { type JsonCheck, jsonCheck } from '#shared/json-schema.ts';
import type { SkillDefinition } from './definition.ts';
import { TaskFailed } from './errors.ts';
import { outputJson } from './output-json.ts';
import type { ArtifactInit } from './outputs.ts';

const checks = new WeakMap<SkillDefinition, JsonCheck>();

/**
 * Checks the result of a turn against the output schema of its skill, before the result is published. The result is the first
 * data of the artifacts. Without data, it is their text, or what the agent says at the end.
 */
export class SkillOutput {
  readonly #skill: SkillDefinition;
  readonly #check: JsonCheck;
  /** The text of each artifact so far, in their order. */
  readonly #texts = new Map<unknown, string>();
  #hasData = false;

  private constructor(skill: SkillDefinition, check: JsonCheck) {
    this.#skill = skill;
    this.#check = check;
  }

  /** Undefined for a skill without an output schema. */
  static of(skill: SkillDefinition | undefined): SkillOutput | undefined {
    if (skill?.output === undefined) return undefined;
    let check = checks.get(skill);
    if (check === undefined) {
      check = jsonCheck(skill.output, 'the result');
      checks.set(skill, check);
    }
    return new SkillOutput(skill, check);
  }

  /** @throws TaskFailed when the artifact has the result, and the schema refuses it */
  take(init: ArtifactInit, append: boolean): void {
    if (this.#hasData) return;
    const { parts } = parseJson(outputJson(init)) as Artifact;
    if (parts.some((part) => 'data' in part)) {
      this.#hasData = true;
      this.#texts.clear();
      this.#refuseWrong(dataOf(parts));
      return;
    }
    const key = init.artifactId ?? this.#texts.size;
    const text = parts.map((part) => ('text' in part ? part.text : '')).join('');
    this.#texts.set(key, (append ? (this.#texts.get(key) ?? '') : '') + text);
  }

  /**
   * @param said what the agent says at the end
   * @throws TaskFailed when the turn has no data, and the schema refuses its text
   */
  end(said = ''): void {
    if (!this.#hasData) this.#refuseWrong(this.#texts.size === 0 ? said : [...this.#texts.values()].join('\n'));
  }

  #refuseWrong(result: unknown): void {
    const problem = this.#check(result);
    if (problem !== undefined) {
      throw new TaskFailed(`The result of the skill ${this.#skill.id} does not fit its schema: ${problem}.`);
    }
  }
}
