import path from 'node:path';
import { LoadProcess } from './load-process.ts';
import type { LoadJob, LoadResult } from './load-protocol.ts';

/**
 * The process that calls agents: on its own, so that what it costs does not count as the servers', and the same for all
 * of them.
 */
export class LoadGenerator extends LoadProcess<LoadJob, LoadResult> {
  constructor() {
    super(path.join(import.meta.dirname, 'load.ts'));
  }
}
