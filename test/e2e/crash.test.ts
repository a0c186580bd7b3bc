import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runChaos } from '#test/chaos/run.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';

const KILLS = 20;

it('a mesh that is killed again and again under load loses nothing that it acknowledged, and doubles nothing', {
  timeout: 900_000,
}, async () => {
  const folder = temporaryFolder();
  const seed = Math.floor(Math.random() * 2 ** 32);
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
  expect(tasks.tasks).toBeGreaterThanOrEqual(2_000);
  expect(tasks.sentAgain).toBeGreaterThan(0);
  expect(tasks.attemptedAgain).toBeGreaterThan(0);
  expect(tasks.resumed).toBeGreaterThan(0);
  expect(events.acknowledged).toBeGreaterThanOrEqual(20_000);
  rmSync(folder, { recursive: true });
});
