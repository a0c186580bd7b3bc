import type { Host } from './host.ts';
import { startMesh } from './start-mesh.ts';

// The first import of the bundle of a function that a deployment calls, as agent.ts is of an agent's.
export const host = started();

/**
 * What is wrong with the environment ends the calls and not the function's start: CloudFormation, which calls it also when
 * it takes a deployment back, waits for an answer.
 */
function started(): Host {
  try {
    return startMesh(process.env);
  } catch (error) {
    const fail = async (): Promise<never> => {
      throw error;
    };
    return (handler) => Object.assign(() => fail(), handler);
  }
}
