import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runChaos } from '#test/chaos/run.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';

/** CI kills more often, and at other moments each time. */
const KILLS = process.env.CI ? 20 : 3;
const seed = process.env.CI ? Math.floor(Math.random() * 2 ** 32) : 1;

it('a mesh that is killed again and again under load loses nothing that it acknowledged, and doubles nothing', {
  timeout: 900_000,
}, async () => {
  const folder = temporaryFolder();
  console.log(`seed ${seed}, ${KILLS} kills`);
  const lines: string[] = [];
  const report = await runChaos({ kills: KILLS, seed, folder, progress: (line) => lines.push(line) }).catch(
    (cause: unknown) => {
      throw new Error(`npm run chaos -- --seed ${seed}\n${lines.join('\n')}\nThe data is in ${folder}.`, { cause });
    },
  );
  const { problems, tasks, events } = report.verdict;
  expect(problems.slice(0, 20), `npm run chaos -- --seed ${seed}; the data is in ${folder}`).toEqual([]);
  // It has been hard for the mesh: it was killed as often, and with work under way that had to be done again.
  expect(report.kills).toHaveLength(KILLS);
  expect(Math.max(...report.kills.map(({ underWay }) => underWay))).toBeGreaterThan(20);
  expect(tasks.tasks).toBeGreaterThanOrEqual(100 * KILLS);
  if (KILLS >= 20) {
    // A few kills may all miss one of these.
    expect(tasks.sentAgain).toBeGreaterThan(0);
    expect(tasks.attemptedAgain).toBeGreaterThan(0);
    expect(tasks.resumed).toBeGreaterThan(0);
  }
  expect(events.acknowledged).toBeGreaterThanOrEqual(1_000 * KILLS);
  rmSync(folder, { recursive: true });
});
