import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failingStart, fixtureConfig, Mesh } from '#test/support/mesh.ts';
import { callCases } from './cases/calls.ts';
import { standalone } from './cases/place.ts';

let mesh: Mesh;
beforeAll(async () => {
  // A busy machine needs longer than the default wait.
  mesh = await Mesh.start({ env: { STARLING_WAIT: '55' } });
});
afterAll(async () => {
  expect(await mesh.stop()).toEqual({ code: 0, signal: null });
});

callCases(() => mesh, standalone);

describe('events', () => {
  it('are in the archive in the order in which they were published', async () => {
    const { id } = await mesh.send('echo', 'in order');
    const events = await mesh.events(id);
    expect(events.map((event) => event['detail-type'])).toEqual(['TaskRequested.v1', 'TaskStatusChanged.v1']);
  });
});

describe('start', () => {
  it('a second mesh on the same port says so and names the variable', async () => {
    const { code, output } = await failingStart({ env: { STARLING_PORT: new URL(mesh.url).port } });
    expect(code).toBe(1);
    expect(output).toContain('STARLING_PORT');
  });

  it('a second mesh on the same folder says so and names the variable', async () => {
    const { code, output } = await failingStart({ data: mesh.data, config: fixtureConfig });
    expect(code).toBe(1);
    expect(output).toContain('STARLING_DATA');
  });
});
