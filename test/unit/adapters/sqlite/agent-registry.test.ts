import { expect, it } from 'vitest';
import type { AgentId } from '#shared/ids.ts';
import type { AgentRecord } from '#shared/ports/agent-registry.ts';
import { openEmbedded } from '#test/support/embedded.ts';
import { TestClock } from '#test/support/fixtures.ts';

const record = (id: string): AgentRecord => ({
  id: id as AgentId,
  card: {
    name: id,
    description: 'Does it.',
    version: '1.0.0',
    capabilities: { streaming: true, pushNotifications: false, extendedAgentCard: false },
    defaultInputModes: [],
    defaultOutputModes: [],
    skills: [],
  },
  skillSchemas: [],
  public: false,
  deadline: 300,
});
const event = { source: 'starling.registry', detailType: 'Changed', detail: {} };

it('keeps the active agents over a restart, and knows what did not change', async () => {
  const clock = new TestClock();
  let embedded = await openEmbedded(clock);
  await embedded.registry.put(record('echo'), () => event);
  await embedded.registry.put(record('gone'), () => event);
  await embedded.registry.deactivate('gone' as AgentId, event);
  const updatedAt = clock.now();
  await embedded.close();

  clock.advance(60);
  embedded = await openEmbedded(clock, embedded.folder);
  expect(await embedded.registry.list()).toEqual([{ ...record('echo'), updatedAt }]);
  expect(await embedded.registry.put(record('echo'), () => event)).toBe('unchanged');
  expect(await embedded.registry.put(record('gone'), () => event)).toBe('registered');
  expect(embedded.registry.get('gone' as AgentId)).toEqual({ ...record('gone'), updatedAt: clock.now() });
  await embedded.remove();
});
