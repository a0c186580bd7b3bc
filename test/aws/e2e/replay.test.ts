import {
  CreateArchiveCommand,
  DeleteArchiveCommand,
  DescribeEventBusCommand,
  DescribeReplayCommand,
  EventBridgeClient,
  StartReplayCommand,
} from '@aws-sdk/client-eventbridge';
import { afterAll, expect, it } from 'vitest';
import type { AdminTask } from '#shared/admin/schemas.ts';
import type { SeenEvent } from '#test/support/mesh-client.ts';
import { clientOptions, randomStage } from '../support/endpoint.ts';
import { testedStack } from '../support/stack.ts';

const { deployment, mesh, place } = await testedStack();
const events = new EventBridgeClient(clientOptions);
const ArchiveName = `starling-test-${randomStage()}`;
afterAll(async () => {
  await events.send(new DeleteArchiveCommand({ ArchiveName }));
  events.destroy();
  await mesh.close();
});

it('a replay of the archive reaches other subscribers, and changes no task and wakes no agent', async () => {
  const { Arn: bus = '' } = await events.send(new DescribeEventBusCommand({ Name: deployment.bus }));
  const { ArchiveArn = '' } = await events.send(new CreateArchiveCommand({ ArchiveName, EventSourceArn: bus }));
  await mesh.listen();
  const begin = new Date(Date.now() - 60_000);
  const { id } = await mesh.send('echo', 'once');
  const before = await mesh.events(id);
  const shown = async () => (await (await mesh.admin(`/admin/tasks/${id}`)).json()) as AdminTask;
  const task = await shown();

  const replay = {
    ReplayName: ArchiveName,
    EventSourceArn: ArchiveArn,
    Destination: { Arn: bus },
    EventStartTime: begin,
    EventEndTime: new Date(Date.now() + 60_000),
  };
  await events.send(new StartReplayCommand(replay));
  const state = async () => (await events.send(new DescribeReplayCommand({ ReplayName: replay.ReplayName }))).State;
  await expect.poll(state, { timeout: place.patience, interval: 500 }).toBe('COMPLETED');

  // The tap has no condition on replays: it gets the request again.
  const requests = (seen: readonly SeenEvent[]) => seen.filter((event) => event['detail-type'] === 'TaskRequested.v1');
  await mesh.events(id, (seen) => requests(seen).length === 2);
  // The echo answers a later call after the old request, if it gets that again.
  const { id: later } = await mesh.send('echo', 'afterwards');
  await mesh.events(later);
  const ids = (seen: readonly SeenEvent[]) => new Set(seen.map(({ detail }) => detail.id));
  expect(ids(await mesh.events(id, () => true))).toEqual(ids(before));
  expect(await shown()).toEqual(task);
});
