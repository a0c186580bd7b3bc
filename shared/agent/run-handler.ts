import { dataOf, textOf } from '#shared/a2a/parts.ts';
import { lastNaming } from '#shared/a2a/skill-extension.ts';
import type { Part } from '#shared/a2a/types.ts';
import { parseJson } from '#shared/exact-json.ts';
import type { AgentDefinition, Result } from './definition.ts';
import { outputJson } from './output-json.ts';
import { type ArtifactInit, isOutput, type Output } from './outputs.ts';
import { SkillOutput } from './skill-output.ts';
import type { AgentTask } from './task.ts';
import type { Turn } from './turn.ts';

/**
 * Calls the agent's handler and publishes its results as the turn's events, including the event that ends the turn.
 *
 * @throws the handler's errors. Then the caller publishes the end of the turn.
 */
export async function runHandler(definition: AgentDefinition, task: AgentTask, turn: Turn): Promise<void> {
  turn.begin();
  const skill = definition.skills.find(({ id }) => id === task.skill);
  const given: Result = skill?.handler ? skill.handler(skillInput(task) as never, task) : definition.handler(task);
  const results = { turn, output: SkillOutput.of(skill), mayReply: definition.replies === true };
  const ended = isGenerator(given) ? await drain(given, task, results) : emit(await given, results, undefined);
  if (ended) return;
  results.output?.end();
  turn.status('TASK_STATE_COMPLETED');
}

/**
 * The params of the skill: the data of the newest message that names the skill. A message that only answers a question of
 * the skill does not change them.
 */
function skillInput({ input, history, message }: AgentTask): unknown {
  const naming = lastNaming([...history, message]);
  // Older gateways wrote the skill into the request itself.
  if (naming === undefined) return input;
  const data = dataOf(naming.message.parts);
  return data === undefined ? {} : data;
}

/** The turn that gets the results. `output` checks them if the skill has a schema of its output. */
interface Results {
  readonly turn: Turn;
  readonly output: SkillOutput | undefined;
  readonly mayReply: boolean;
}

/**
 * Streams the texts that a generator yields as chunks of one artifact. The generator's return value counts like a
 * function's. Returns whether the turn has ended.
 */
async function drain(generator: AsyncIterator<unknown, unknown>, task: AgentTask, results: Results): Promise<boolean> {
  const { turn } = results;
  let streamed: string | undefined;
  for (;;) {
    const { done, value } = await generator.next();
    if (task.signal.aborted) {
      // The turn is over. It does not wait for the generator's cleanup.
      generator.return?.(undefined).catch(() => {});
      throw task.signal.reason;
    }
    if (done) return emit(value, results, undefined);
    if (typeof value === 'string') streamed ??= turn.nextArtifactId();
    let ended: boolean;
    try {
      ended = emit(value, results, streamed);
    } catch (error) {
      generator.return?.(undefined).catch(() => {});
      throw error;
    }
    if (ended) {
      await generator.return?.(undefined);
      return true;
    }
    if (turn.isFull) await turn.flush();
  }
}

/** Returns whether the value ends the turn. */
function emit(value: unknown, results: Results, streamed: string | undefined): boolean {
  if (value === undefined) return false;
  if (isOutput(value)) return emitOutput(value, results);
  if (typeof value === 'string' && streamed !== undefined) {
    const chunk = { artifactId: streamed, parts: [{ text: value }] } satisfies ArtifactInit;
    emitArtifact(chunk, { append: true, lastChunk: false }, results);
    return false;
  }
  const part: Part = typeof value === 'string' ? { text: value } : { data: value };
  emitArtifact({ parts: [part] }, { append: false, lastChunk: true }, results);
  return false;
}

function emitArtifact(
  artifact: ArtifactInit,
  options: { readonly append: boolean; readonly lastChunk: boolean },
  { turn, output }: Results,
): void {
  output?.take(artifact, options.append);
  turn.artifact(artifact, options);
}

function emitOutput(value: Output, results: Results): boolean {
  const { turn, output, mayReply } = results;
  // Throws for a text that no client could read.
  if ('text' in value) outputJson({ text: value.text });
  switch (value.output) {
    case 'working':
      turn.status('TASK_STATE_WORKING', value.text);
      return false;
    case 'artifact':
      emitArtifact(value.artifact, value, results);
      return false;
    case 'input-required':
      turn.status('TASK_STATE_INPUT_REQUIRED', value.text);
      return true;
    case 'auth-required':
      turn.status('TASK_STATE_AUTH_REQUIRED', value.text);
      return true;
    case 'completed':
      output?.end(value.text);
      turn.status('TASK_STATE_COMPLETED', value.text);
      return true;
    case 'reply':
      if (!mayReply) throw new TypeError('reply(…) needs replies: true in defineAgent.');
      output?.end(textOf(value.parts));
      turn.reply(parseJson(outputJson(value.parts)) as readonly [Part, ...Part[]]);
      return true;
    default:
      return value satisfies never;
  }
}

function isGenerator(value: unknown): value is AsyncIterator<unknown, unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value;
}
