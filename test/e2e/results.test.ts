import { afterAll, beforeAll } from 'vitest';
import { fixtureConfig, Mesh } from '#test/support/mesh.ts';
import { standalone } from './cases/place.ts';
import { resultCases } from './cases/results.ts';

let mesh: Mesh;
beforeAll(async () => {
  mesh = await Mesh.start({ config: fixtureConfig });
});
afterAll(() => mesh.stop());

resultCases(() => mesh, standalone);
