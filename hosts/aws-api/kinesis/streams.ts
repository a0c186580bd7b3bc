import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import { arn } from '../identity.ts';
import type { InputReader } from '../input-reader.ts';
import { invalidArgument, shardNotFound, streamNotFound } from './errors.ts';

const prefix = arn('kinesis', 'stream/');

export function streamArn(name: string): string {
  return `${prefix}${name}`;
}

/** Finds the streams of the mesh by the names or ARNs in inputs. */
export class Streams {
  readonly #stream: StandaloneRuntime['stream'];

  constructor(stream: StandaloneRuntime['stream']) {
    this.#stream = stream;
  }

  names(): readonly string[] {
    return this.#stream.names();
  }

  /** The stream that `StreamName` or `StreamARN` names. @throws ServiceError */
  named(input: InputReader): string {
    const arnGiven = input.string('StreamARN');
    const name = input.string('StreamName') ?? arnGiven?.slice(prefix.length);
    if (name === undefined) throw invalidArgument('Either StreamName or StreamARN must be specified.');
    if (arnGiven !== undefined && arnGiven !== streamArn(name)) throw streamNotFound(arnGiven);
    if (!this.names().includes(name)) throw streamNotFound(name);
    return name;
  }

  shards(stream: string): Promise<readonly string[]> {
    return this.#stream.shards(stream);
  }

  /** @throws ServiceError */
  async checkShard(stream: string, shard: string): Promise<void> {
    if (!(await this.shards(stream)).includes(shard)) throw shardNotFound(shard, stream);
  }
}
