import { afterAll, beforeAll } from 'vitest';
import { awsClients } from './aws-clients.ts';
import { Mesh } from './mesh.ts';

export type AwsClients = Awaited<ReturnType<typeof awsClients>>;

/** A mesh for the tests of a file or a suite, and the AWS SDK's clients at it; `ready` is called once they are there. */
export function meshWithClients(ready: (mesh: Mesh, clients: AwsClients) => Promise<void> | void): void {
  let mesh: Mesh;
  let clients: AwsClients;
  beforeAll(async () => {
    mesh = await Mesh.start();
    clients = await awsClients(mesh);
    await ready(mesh, clients);
  });
  afterAll(async () => {
    clients.destroy();
    await mesh.stop();
  });
}
