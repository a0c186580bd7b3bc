import { afterAll, beforeAll, expect, it } from 'vitest';
import { fixtureConfig, Mesh } from '#test/support/mesh.ts';
import { textMessage } from '#test/support/mesh-client.ts';
import { readStream } from '#test/support/sse.ts';
import { standalone } from './cases/place.ts';
import { streamCases } from './cases/streams.ts';

let mesh: Mesh;
beforeAll(async () => {
  mesh = await Mesh.start({ config: fixtureConfig });
});
afterAll(() => mesh.stop());

streamCases(() => mesh, standalone);

it('every chunk of a slow agent is an event of its own', async () => {
  const params = { message: textMessage('one two three') };
  const events = await readStream(
    await mesh.post('talker', { jsonrpc: '2.0', id: 1, method: 'SendStreamingMessage', params }),
  );
  const chunks = events.flatMap(({ result }) => result.artifactUpdate ?? []);
  expect(chunks.map(({ append }) => append)).toEqual([false, true, true]);
});
