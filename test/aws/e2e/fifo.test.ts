import { afterAll, beforeAll } from 'vitest';
import { fifoCases } from '#test/e2e/cases/fifo.ts';
import { endpoint } from '../support/endpoint.ts';
import { StandInPipes } from '../support/pipes.ts';
import { testedStack } from '../support/stack.ts';

const { deployment, mesh, place } = await testedStack();
let pipes: StandInPipes | undefined;
beforeAll(async () => {
  await mesh.listen();
  if (endpoint !== undefined && place.testAgents) pipes = await StandInPipes.open(`starling-${deployment.stage}`);
});
afterAll(async () => {
  await pipes?.close();
  await mesh.close();
});

fifoCases(() => mesh, place);
