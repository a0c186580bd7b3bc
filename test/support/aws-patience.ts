const variable = 'STARLING_TEST_PATIENCE';

/**
 * The factor of all waits of the tests on AWS, for a slow machine or a distant region: a number from 1. Default: 1.
 *
 * @throws Error for another value
 */
export function readPatience(env: Readonly<Record<string, string | undefined>>): number {
  const text = env[variable] ?? '1';
  const factor = Number(text);
  if (Number.isFinite(factor) && factor >= 1) return factor;
  throw new Error(`${variable} is "${text}", but takes a number from 1, such as 3.`);
}
