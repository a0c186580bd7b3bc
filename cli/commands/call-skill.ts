import { MeshError, UsageError } from '../errors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { getTask, settledTask } from '../mesh/task-stream.ts';
import { concludeTask, printOutcome } from '../print/outcome.ts';
import { print, printJson } from '../print/output.ts';

export interface SkillCall {
  readonly agent: string;
  readonly skill: string;
  /** JSON text. */
  readonly params: string | undefined;
  readonly json: boolean;
}

/** Calls a skill as a JSON-RPC method of its name, and prints its output: text as it is, anything else as JSON. */
export async function callSkill(mesh: Mesh, { agent, skill, params, json }: SkillCall): Promise<void> {
  const input = readParams(params);
  try {
    const { result, taskId } = await mesh.rpc(agent, skill, input);
    if (json && taskId !== undefined) printJson(await getTask(mesh, agent, taskId));
    else if (typeof result === 'string' && !json) print(result);
    else printJson(result);
  } catch (error) {
    if (!(error instanceof MeshError) || error.taskId === undefined) throw error;
    // There is a task: it says more than the error does, and may still be going on.
    const task = await settledTask(mesh, agent, await getTask(mesh, agent, error.taskId));
    if (!json) return printOutcome(agent, task);
    printJson(task);
    concludeTask(agent, task);
  }
}

function readParams(text: string | undefined): unknown {
  if (text === undefined) return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`--params is not JSON. Write it like: --params '{"location": "Seoul"}'`);
  }
}
