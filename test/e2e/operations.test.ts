import { afterAll, beforeAll } from 'vitest';
import { fixtureConfig, Mesh } from '#test/support/mesh.ts';
import { operationCases } from './cases/operations.ts';
import { standalone } from './cases/place.ts';

let mesh: Mesh;
beforeAll(async () => {
  mesh = await Mesh.start({ config: fixtureConfig });
});
afterAll(async () => {
  await mesh.stop();
});

operationCases(() => mesh, standalone);
