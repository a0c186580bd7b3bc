import type { Actor } from '#tools/cost/counts.ts';
import { sum } from '#tools/cost/units.ts';
import { endpoint } from '../support/endpoint.ts';
import { type FunctionOptions, FunctionProcess } from './function-process.ts';
import type { Meter } from './meter.ts';
import { observer } from './observe.ts';
import { startProxy } from './proxy.ts';
import type { Stage } from './stage.ts';

/** The functions of a call, by name, and which actor of the count each is. */
const functions = {
  gateway: { actor: 'gateway', hosting: 'http', file: 'services/gateway/service.ts' },
  projector: { actor: 'projector', hosting: 'mesh', file: 'services/tasks/projector.ts' },
  chunks: { actor: 'chunks', hosting: 'mesh', file: 'services/tasks/chunks.ts' },
  timer: { actor: 'agent', hosting: 'agent', file: 'test/aws/counting/agents/timer.ts' },
  talker: { actor: 'agent', hosting: 'agent', file: 'test/aws/counting/agents/talker.ts' },
} as const satisfies Readonly<Record<string, Omit<FunctionOptions, 'name' | 'env'> & { actor: Actor }>>;

export type FunctionName = keyof typeof functions;

interface Counted {
  readonly process: FunctionProcess;
  readonly meter: Meter;
  close(): Promise<void>;
}

/** The functions of a mesh, each behind a proxy of its own that counts what it asks of AWS. */
export class CountedMesh {
  readonly #functions: ReadonlyMap<FunctionName, Counted>;

  private constructor(all: ReadonlyMap<FunctionName, Counted>) {
    this.#functions = all;
  }

  static async start(stage: Stage): Promise<CountedMesh> {
    const all = new Map<FunctionName, Counted>();
    for (const [name, { actor, ...options }] of Object.entries(functions)) {
      const { meter, observe, close } = observer(actor);
      const proxy = await startProxy(endpoint ?? '', observe);
      const process = await FunctionProcess.start({ ...options, name, env: environment(stage, proxy.url) });
      all.set(name as FunctionName, {
        process,
        meter,
        async close() {
          await process.stop();
          await proxy.close();
          close();
        },
      });
    }
    return new CountedMesh(all);
  }

  invoke(name: FunctionName, event: unknown): Promise<unknown> {
    return this.#of(name).process.invoke(event);
  }

  /** What all functions did since the last take. */
  take() {
    const taken = [...this.#functions].map(([name, { process, meter }]) => ({
      actor: functions[name].actor,
      ...process.take(),
      ...meter.take(),
    }));
    const runsOf = (actor: Actor) => sum(taken.filter((each) => each.actor === actor).map(({ runs }) => runs));
    const lines = taken.flatMap((each) => each.lines);
    return {
      runs: {
        gateway: runsOf('gateway'),
        agent: runsOf('agent'),
        projector: runsOf('projector'),
        chunks: runsOf('chunks'),
      },
      rows: taken.flatMap(({ rows }) => rows),
      requests: taken.flatMap(({ requests }) => requests),
      bytes: {
        events: sum(taken.map(({ events }) => events)),
        stored: sum(taken.map(({ stored }) => stored)),
        logs: sum(lines.map((line) => Buffer.byteLength(line))),
        logLines: lines.length,
      },
    };
  }

  async stop(): Promise<void> {
    for (const each of this.#functions.values()) await each.close();
  }

  #of(name: FunctionName): Counted {
    const found = this.#functions.get(name);
    if (found === undefined) throw new Error(`there is no function ${name}`);
    return found;
  }
}

/** Of a deployed function: see serverless.yml. */
export function environment(stage: Stage, endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_LAMBDA_LOG_LEVEL: 'INFO',
    STARLING_STAGE: stage.name,
    STARLING_BLOBS: stage.blobs,
    STARLING_ISSUER: 'https://issuer.example',
    STARLING_TOKEN_URL: 'https://issuer.example/oauth2/token',
    STARLING_PUBLIC_URL: 'https://mesh.example',
    STARLING_MAX_RECEIVE_COUNT: '3',
  };
}
