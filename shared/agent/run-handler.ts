import { dataOf } from '#shared/a2a/parts.ts';
import { lastNaming } from '#shared/a2a/skill-extension.ts';
import type { Part } from '#shared/a2a/types.ts';
import type { AgentDefinition, Result } from './definition.ts';
import { outputJson } from './output-json.ts';
import { isOutput, type Output } from './outputs.ts';
import type { AgentTask } from './task.ts';
import type { Turn } from './turn.ts';

/**
 * Calls the agent's handler and publishes its results as the turn's events, including the event that ends the turn.
 *
 * @throws the handler's errors. Then the caller publishes the end of the turn.
 */
export async function runHandler(definition: AgentDefinition, task: AgentTask, turn: Turn): Promise<void> {
  turn.begin();
  const named = definition.skills.find(({ id }) => id === task.skill)?.handler;
  const given: Result = named ? named(skillInput(task) as never, task) : definition.handler(task);
  const ended = isGenerator(given) ? await drain(given, task, turn) : emit(await given, turn, undefined);
  if (!ended) turn.status('TASK_STATE_COMPLETED');
}

/**
 * The params of the skill: the data of the newest message that names the skill. A message that only answers a question of
 * the skill does not change them.
 */
function skillInput({ input, history, message }: AgentTask): unknown {
  const naming = lastNaming([...history, message]);
  // A request that names the skill itself, as older gateways made them.
  if (naming === undefined) return input;
  const data = dataOf(naming.message.parts);
  return data === undefined ? {} : data;
}

/**
 * Streams the texts that a generator yields as chunks of one artifact. The generator's return value counts like a
 * function's. Returns whether the turn has ended.
 */
async function drain(generator: AsyncIterator<unknown, unknown>, task: AgentTask, turn: Turn): Promise<boolean> {
  let streamed: string | undefined;
  for (;;) {
    const { done, value } = await generator.next();
    if (task.signal.aborted) {
      // The turn is over. It does not wait for the generator's cleanup.
      generator.return?.(undefined).catch(() => {});
      throw task.signal.reason;
    }
    if (done) return emit(value, turn, undefined);
    if (typeof value === 'string') streamed ??= turn.nextArtifactId();
    let ended: boolean;
    try {
      ended = emit(value, turn, streamed);
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
function emit(value: unknown, turn: Turn, streamed: string | undefined): boolean {
  if (value === undefined) return false;
  if (isOutput(value)) return emitOutput(value, turn);
  if (typeof value === 'string' && streamed !== undefined) {
    turn.artifact({ artifactId: streamed, parts: [{ text: value }] }, { append: true, lastChunk: false });
    return false;
  }
  const part: Part = typeof value === 'string' ? { text: value } : { data: value };
  turn.artifact({ parts: [part] }, { append: false, lastChunk: true });
  return false;
}

function emitOutput(output: Output, turn: Turn): boolean {
  // Throws for a text that no client could read.
  if ('text' in output) outputJson({ text: output.text });
  switch (output.output) {
    case 'working':
      turn.status('TASK_STATE_WORKING', output.text);
      return false;
    case 'artifact':
      turn.artifact(output.artifact, output);
      return false;
    case 'input-required':
      turn.status('TASK_STATE_INPUT_REQUIRED', output.text);
      return true;
    case 'auth-required':
      turn.status('TASK_STATE_AUTH_REQUIRED', output.text);
      return true;
    case 'completed':
      turn.status('TASK_STATE_COMPLETED', output.text);
      return true;
    default:
      return output satisfies never;
  }
}

function isGenerator(value: unknown): value is AsyncIterator<unknown, unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value;
}
