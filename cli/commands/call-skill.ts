import type { CliContext } from '../context.ts';
import { MeshError, UsageError } from '../errors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { getTask, settledTask } from '../mesh/task-stream.ts';
import { concludeTask, printOutcome } from '../print/outcome.ts';

export interface SkillCall {
  readonly agent: string;
  readonly skill: string;
  /** JSON text. */
  readonly params: string | undefined;
  readonly json: boolean;
}

/** Calls a skill as the JSON-RPC method of its name. Prints the skill's output: text as text, all else as JSON. */
export async function callSkill(
  mesh: Mesh,
  { agent, skill, params, json }: SkillCall,
  { io, printer }: CliContext,
): Promise<void> {
  const input = readParams(params);
  try {
    const { result, taskId } = await mesh.rpc(agent, skill, input);
    if (json && taskId !== undefined) printer.json(await getTask(mesh, agent, taskId));
    else if (typeof result === 'string' && !json) printer.print(result);
    else printer.json(result);
  } catch (error) {
    if (!(error instanceof MeshError) || error.taskId === undefined) throw error;
    // The task says more than the error, and it may still run.
    const task = await settledTask(mesh, agent, await getTask(mesh, agent, error.taskId), io);
    if (!json) return printOutcome(printer, agent, task);
    printer.json(task);
    concludeTask(printer, agent, task);
  }
}

function readParams(text: string | undefined): unknown {
  if (text === undefined) return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`--params is not JSON. Write it like this: --params '{"location": "Seoul"}'`);
  }
}
