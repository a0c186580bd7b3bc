import { type Deployment, findDeployment } from '#deployment/deployed/deployment.ts';
import type { Place } from '#test/e2e/cases/place.ts';
import { readPatience } from '#test/support/aws-patience.ts';
import { clientOptions, endpoint } from './endpoint.ts';
import { StackMesh } from './mesh.ts';

/** The stack that `npm run test:aws` tests. */
export interface TestedStack {
  readonly deployment: Deployment;
  readonly mesh: StackMesh;
  readonly place: Place;
}

/**
 * The deployed stack of STARLING_TEST_STAGE. Which of its agents are there decides which cases run, so this is awaited
 * while a file's tests are collected.
 */
export async function testedStack(): Promise<TestedStack> {
  const stage = process.env.STARLING_TEST_STAGE;
  if (stage === undefined) throw new Error('These tests need a deployed stack: run them with npm run test:aws.');
  const deployment = await findDeployment({ stage, region: clientOptions.region });
  const mesh = new StackMesh(deployment);
  return { deployment, mesh, place: { ...placeOf(), testAgents: await mesh.hasAgent('talker') } };
}

function placeOf(): Omit<Place, 'testAgents'> {
  return {
    // Deadlines are swept once a minute.
    patience: 150_000 * readPatience(process.env),
    // An emulator has its answers whole.
    streams: endpoint === undefined,
    // And one invocation at a time of a FIFO queue.
    sideBySide: endpoint === undefined,
    keepsFractions: endpoint === undefined,
    tellsCrashes: false,
    maxBodyBytes: 4 * 1024 * 1024,
    wrongSecret: 400,
  };
}
