/*
 * A suspended generator keeps its last values alive, also those that nobody can reach any more. A stream may wait for hours after
 * it has yielded a task of many MB. These iterables keep nothing of what they have yielded.
 */

/** Yields a value and then the values of the source. */
export function startingWith<Value>(first: Value, rest: AsyncIterable<Value> | Iterable<Value>): AsyncIterable<Value> {
  let next: readonly [Value] | undefined = [first];
  return {
    [Symbol.asyncIterator]() {
      const source = Symbol.asyncIterator in rest ? rest[Symbol.asyncIterator]() : rest[Symbol.iterator]();
      return {
        async next() {
          if (next === undefined) return source.next();
          const [value] = next;
          next = undefined;
          return { done: false, value };
        },
        async return() {
          await source.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

/** Yields the source's values as `map` makes them. With `last`, an error becomes the last value. */
export function mapped<From, To>(
  source: AsyncIterable<From>,
  map: (value: From) => To,
  last?: (error: unknown) => To,
): AsyncIterable<To> {
  return {
    [Symbol.asyncIterator]() {
      const values = source[Symbol.asyncIterator]();
      let failed = false;
      return {
        async next() {
          if (failed) return { done: true, value: undefined };
          try {
            const { done, value } = await values.next();
            return done ? { done, value: undefined } : { done: false, value: map(value) };
          } catch (error) {
            if (last === undefined) throw error;
            failed = true;
            return { done: false, value: last(error) };
          }
        },
        async return() {
          await values.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

export interface Watcher<Value> {
  readonly value: (value: Value) => void;
  /** Called once: the source ended, its reader ended, or the source failed. */
  readonly end: (how: 'done' | 'left' | { readonly error: unknown }) => void;
}

/** Passes the source's values on and tells the watcher about them. */
export function watched<Value>(source: AsyncIterable<Value>, watcher: Watcher<Value>): AsyncIterable<Value> {
  return {
    [Symbol.asyncIterator]() {
      const values = source[Symbol.asyncIterator]();
      let hasEnded = false;
      const end: Watcher<Value>['end'] = (how) => {
        if (!hasEnded) watcher.end(how);
        hasEnded = true;
      };
      return {
        async next() {
          try {
            const result = await values.next();
            if (result.done) end('done');
            else watcher.value(result.value);
            return result;
          } catch (error) {
            end({ error });
            throw error;
          }
        },
        async return() {
          end('left');
          await values.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
