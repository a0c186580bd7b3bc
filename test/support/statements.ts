import { type SQLInputValue, StatementSync } from 'node:sqlite';
import { vi } from 'vitest';

export interface StatementWatch {
  /** Called for each row, with the bytes that this call of the statement has read so far. */
  readonly read?: (row: { readonly bytes: number; readonly bytesOfCall: number }) => void;
  /** Called for each call of a statement, with the bytes of its parameters. */
  readonly called?: (bytes: number) => void;
}

type Values = readonly SQLInputValue[];

/** Counts what SQLite statements read and write, until `vi.restoreAllMocks()`. */
export function watchStatements({ read = () => {}, called = () => {} }: StatementWatch): void {
  const { all, get, iterate, run } = StatementSync.prototype as unknown as Record<string, (...values: Values) => never>;
  function* watched(rows: Iterable<Record<string, unknown>>) {
    let bytesOfCall = 0;
    for (const row of rows) {
      const bytes = bytesIn(Object.values(row));
      bytesOfCall += bytes;
      read({ bytes, bytesOfCall });
      yield row;
    }
  }
  const replace = (name: 'all' | 'get' | 'iterate' | 'run', work: (statement: unknown, values: Values) => unknown) => {
    const mock = vi.spyOn(
      StatementSync.prototype as unknown as Record<typeof name, (...values: Values) => unknown>,
      name,
    );
    mock.mockImplementation(function (this: unknown, ...values: Values) {
      called(bytesIn(values));
      return work(this, values);
    });
  };
  replace('all', (statement, values) => [...watched(all?.apply(statement, [...values]) ?? [])]);
  replace('iterate', (statement, values) => watched(iterate?.apply(statement, [...values]) ?? []));
  replace('run', (statement, values) => run?.apply(statement, [...values]));
  replace('get', (statement, values) => {
    const row = get?.apply(statement, [...values]);
    return row === undefined ? undefined : [...watched([row])][0];
  });
}

function bytesIn(values: readonly unknown[]): number {
  return values.reduce<number>((sum, value) => {
    if (typeof value === 'string') return sum + Buffer.byteLength(value);
    return value instanceof Uint8Array ? sum + value.length : sum;
  }, 0);
}
