import { expect, it } from 'vitest';
import { fixtureConfig, Mesh } from '#test/support/mesh.ts';

it('every line of a mesh with STARLING_LOG=json is JSON, also what an agent prints, and none has the secret', async () => {
  const mesh = await Mesh.start({ config: fixtureConfig, env: { STARLING_LOG: 'json', STARLING_LOG_LEVEL: 'DEBUG' } });
  const { clientSecret } = mesh.client;
  await mesh.send('careless', 'x');
  await mesh.stop();
  const lines = mesh.output.trimEnd().split('\n');
  const messages = lines.map((line) => JSON.parse(line).message);
  expect(messages).toContain('printed by an agent');
  expect(messages.filter((message) => message.startsWith('Starling is ready at http://'))).toHaveLength(1);
  expect(mesh.output).not.toContain(clientSecret);
});
