import { expect, it } from 'vitest';
import { systemClock } from '#shared/ports/clock.ts';
import { archivedEvents } from '#test/support/archive.ts';
import { fixtureConfig, Mesh } from '#test/support/mesh.ts';
import { openSqlite } from '#test/support/sqlite.ts';

const FLOOD = 200;
/** The default of a subscription's `concurrency`. */
const SLOTS = 10;

it("one client's flood at an agent lets another client's task begin as soon as a slot is free", async () => {
  const mesh = await Mesh.start({ config: fixtureConfig, clients: [['starling/talker:invoke']] });
  const authorization = `Bearer ${await mesh.tokenOf(mesh.clientWith(['starling/talker:invoke']))}`;
  const params = { message: { messageId: 'one', role: 'ROLE_USER', parts: [{ text: 'me too' }] } };
  await Promise.all(
    Array.from({ length: FLOOD }, (_, number) =>
      mesh.send('talker', `flood ${number}`, { configuration: { returnImmediately: true } }),
    ),
  );
  const { body } = await mesh.rpc('talker', 'SendMessage', params, { authorization });
  expect(body.result.task.status.state).toBe('TASK_STATE_COMPLETED');
  await mesh.stop({ keep: true });

  const sqlite = await openSqlite(systemClock, mesh.data);
  const events = await archivedEvents(sqlite.bus);
  await sqlite.remove();
  const { id } = body.result.task;
  const steps = events.map((event) => {
    const { taskId, status } = (event.detail as { data: { taskId: string; status?: { state: string } } }).data;
    return `${taskId === id ? 'its' : 'other'} ${status?.state ?? event['detail-type']}`;
  });
  const asked = steps.indexOf('its TaskRequested.v1');
  const begun = steps.indexOf('its TASK_STATE_WORKING');
  expect(asked).toBeGreaterThan(0);
  const between = steps.slice(asked, begun).filter((step) => step === 'other TASK_STATE_WORKING');
  // Those that had a slot already and had not said so, and those that got a free slot in the same moment.
  expect(between.length).toBeLessThan(2 * SLOTS);
});
