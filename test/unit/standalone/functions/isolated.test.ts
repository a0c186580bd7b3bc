import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IsolatedFunction } from '../../../../services/standalone/functions/isolated.ts';
import type { WiredFunction } from '../../../../services/standalone/wiring/types.ts';
import { EmbeddedIdempotencyStore } from '../../../../shared/embedded/idempotency.ts';
import { systemClock } from '../../../../shared/ports/clock.ts';
import type { StandaloneRuntime } from '../../../../shared/runtime/standalone.ts';
import { openDatabase } from '../../../support/fixtures.ts';

describe('an isolated function', () => {
  let opened: ReturnType<typeof openDatabase>;
  const functions: IsolatedFunction[] = [];

  beforeEach(() => {
    opened = openDatabase();
  });
  afterEach(async () => {
    await Promise.all(functions.splice(0).map((one) => one.stop()));
    await opened.close();
  });

  function open(): IsolatedFunction {
    const file = path.resolve(import.meta.dirname, '../../../fixtures/functions/once.ts');
    const wired = { name: 'shop', handler: { file, exportName: 'handler', at: 'here' }, timeout: 20 } as WiredFunction;
    const runtime = {
      settings: {},
      functionSettings: () => ({ maxReceiveCount: 3 }),
      idempotencyStore: new EmbeddedIdempotencyStore(opened.database, systemClock),
    } as unknown as StandaloneRuntime;
    const made = new IsolatedFunction(wired, runtime);
    functions.push(made);
    return made;
  }

  it('has its side effects once over all of its threads, by the store of its host', async () => {
    const first = await open().invoke({ order: 'o-1' });
    expect(first).toEqual({ receipt: 'r-1' });
    // Another thread, which has had no effect yet: its own count would begin at 1.
    const other = open();
    expect(await other.invoke({ order: 'o-2' })).toEqual({ receipt: 'r-1' });
    expect(await other.invoke({ order: 'o-3' })).toEqual({ receipt: 'r-2' });
    expect(await other.invoke({ order: 'o-1' })).toEqual(first);
    expect(await other.invoke({ order: 'o-4' })).toEqual({ receipt: 'r-3' });
  });
});
