import { rmSync } from 'node:fs';
import { afterAll, beforeAll } from 'vitest';
import { awsClients } from './aws-clients.ts';
import { type Exit, Mesh } from './mesh.ts';

export type AwsClients = Awaited<ReturnType<typeof awsClients>>;

/**
 * A mesh for the tests of a file or a suite, and the AWS SDK's clients at it; `ready` is called once they are there.
 *
 * @returns what stops that mesh and starts another on its folder and port, which `ready` is then called with. It resolves to
 * how the first ended.
 */
export function meshWithClients(ready: (mesh: Mesh, clients: AwsClients) => Promise<void> | void): () => Promise<Exit> {
  let mesh: Mesh;
  let clients: AwsClients;
  const begin = async (started: Mesh) => {
    mesh = started;
    clients = await awsClients(mesh);
    await ready(mesh, clients);
  };
  beforeAll(async () => begin(await Mesh.start()));
  afterAll(async () => {
    clients.destroy();
    await mesh.stop();
    rmSync(mesh.data, { recursive: true, force: true });
  });
  return async () => {
    const exit = await mesh.stop({ keep: true });
    clients.destroy();
    await begin(await Mesh.start({ data: mesh.data, env: { STARLING_PORT: new URL(mesh.url).port } }));
    return exit;
  };
}
