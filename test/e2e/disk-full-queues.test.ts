import { afterAll, beforeAll, expect, it } from 'vitest';
import { fixtureConfig, Mesh } from '#test/support/mesh.ts';
import { textMessage } from '#test/support/mesh-client.ts';
import { notesOf, putStep } from '#test/support/order-steps.ts';
import { describeOnSmallDisk, SmallDisk } from '#test/support/small-disk.ts';

const patience = { timeout: 30_000, interval: 20 };

describeOnSmallDisk('a disk that is full for longer than a queue has attempts', { timeout: 90_000 }, () => {
  let disk: SmallDisk;
  let mesh: Mesh;

  beforeAll(async () => {
    disk = new SmallDisk(24_000);
    mesh = await Mesh.start({ config: fixtureConfig, data: `${disk.folder}/data` });
  });
  afterAll(async () => {
    await mesh.stop();
    disk.remove();
  });

  const metrics = async () => (await mesh.admin('/metrics')).text();
  /** Fills the disk, and what room the write-ahead log has left within itself, down to a small task. */
  async function leaveNoRoom(): Promise<void> {
    disk.fill();
    await expect
      .poll(async () => (await mesh.rpc('echo', 'SendMessage', { message: textMessage('more') })).status, patience)
      .toBe(503);
  }

  it('has the event of a queue handled once there is room, and makes no dead letter of it', async () => {
    const run = crypto.randomUUID();
    const seen = mesh.events(run, (events) => notesOf(events).some(({ what }) => what === 'done'));
    await putStep(mesh, run, { order: 'order', step: 1, work: 1_500 });
    await leaveNoRoom();
    const refused = async () =>
      Number(/^starling_store_write_failures_total\{reason="full"\} (\d+)$/m.exec(await metrics())?.[1]);
    // Each try to give it back, or to handle it again, is one that is refused.
    const before = await refused();
    await expect.poll(refused, patience).toBeGreaterThan(before + 4);
    disk.free();
    expect(notesOf(await seen).at(-1)).toMatchObject({ step: 1, what: 'done' });
    expect(await metrics()).not.toMatch(/^starling_dead_letters_total\{function="ledger"\} [1-9]/m);
    expect(mesh.output).not.toMatch(/used up an attempt|could not be deleted|comes back only after/);
  });
});
