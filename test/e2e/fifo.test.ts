import { rmSync } from 'node:fs';
import { GetQueueAttributesCommand, GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients } from '#test/support/aws-clients.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { fixtureConfig, Mesh } from '#test/support/mesh.ts';
import { brief, notesOf, putStep } from '#test/support/order-steps.ts';
import { fifoCases } from './cases/fifo.ts';
import { standalone } from './cases/place.ts';

let mesh: Mesh;
beforeAll(async () => {
  mesh = await Mesh.start({ config: fixtureConfig });
});
afterAll(() => mesh.stop());

fifoCases(() => mesh, standalone);

it('deduplicates in its queue as the deployment to AWS does, within a group where it has groups', async () => {
  const clients = await awsClients(mesh);
  const { QueueUrl } = await clients.sqs.send(new GetQueueUrlCommand({ QueueName: 'starling-local-ledger.fifo' }));
  const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
  const { Attributes } = await clients.sqs.send(asked);
  clients.destroy();
  expect(Attributes).toMatchObject({ DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' });
});

describe('an event without a message group', () => {
  const metrics = async () => (await (await mesh.admin('/metrics')).text()).split('\n');

  it('is put aside, counted and logged', async () => {
    expect(await metrics()).toContain('starling_undelivered{function="ledger"} 0');
    const id = await putStep(mesh, crypto.randomUUID(), { step: 1 });
    await expect.poll(metrics).toContain('starling_undelivered{function="ledger"} 1');
    expect(await metrics()).toContain('starling_undelivered_total{rule="starling-local-ledger"} 1');
    expect(mesh.output).toContain(id);
  });
});

describe('a mesh that is killed', () => {
  it('goes on in the order of its groups when it starts again', async () => {
    const data = temporaryFolder();
    const options = { config: fixtureConfig, data };
    const run = crypto.randomUUID();
    const first = await Mesh.start(options);
    for (const step of [1, 2, 3]) await putStep(first, run, { order: 'order', step, work: step === 1 ? 3_000 : 0 });
    await first.events(run, (events) => notesOf(events).length > 0);
    first.signal('SIGKILL');
    await first.exited;
    const second = await Mesh.start(options);
    const isDone = (notes: readonly string[]) => notes.filter((note) => note.startsWith('done')).length === 3;
    const seen = await second.events(run, (events) => isDone(brief(notesOf(events))));
    await second.stop();
    rmSync(data, { recursive: true, force: true });
    const steps = ['begin 1', 'done 1', 'begin 2', 'done 2', 'begin 3', 'done 3'];
    expect(brief(notesOf(seen))).toEqual(['begin 1', ...steps]);
  });
});
