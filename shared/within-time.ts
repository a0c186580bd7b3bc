/**
 * The result of `work`. The work itself goes on when its time is over.
 *
 * @param late makes the error for work that takes longer
 * @throws the errors of `work` and `late`
 *
 * @example await withinTime(5_000, () => fetch(url), () => new Error(`${url} did not answer in time`));
 */
export async function withinTime<T>(
  milliseconds: number,
  work: () => T | PromiseLike<T>,
  late: () => unknown,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), milliseconds);
  });
  try {
    return await Promise.race([work(), timedOut]);
  } finally {
    clearTimeout(timer);
  }
}
