import { expect, it } from 'vitest';
import type { AgentId } from '#shared/ids.ts';
import type { AgentRecord } from '#shared/ports/agent-registry.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { openSqlite } from '#test/support/sqlite.ts';

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
  let sqlite = await openSqlite(clock);
  await sqlite.registry.put(record('echo'), () => event);
  await sqlite.registry.put(record('gone'), () => event);
  await sqlite.registry.deactivate('gone' as AgentId, event);
  const updatedAt = clock.now();
  await sqlite.close();

  clock.advance(60);
  sqlite = await openSqlite(clock, sqlite.folder);
  expect(await sqlite.registry.list()).toEqual([{ ...record('echo'), updatedAt }]);
  expect(await sqlite.registry.put(record('echo'), () => event)).toBe('unchanged');
  expect(await sqlite.registry.put(record('gone'), () => event)).toBe('registered');
  expect(sqlite.registry.get('gone' as AgentId)).toEqual({ ...record('gone'), updatedAt: clock.now() });
  await sqlite.remove();
});
