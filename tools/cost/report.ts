import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { StarlingError } from '#shared/errors.ts';
import { readCounts } from './counts.ts';
import { filled } from './markers.ts';
import { tablesOf } from './tables.ts';

const page = 'docs/cost.md';
const file = join(import.meta.dirname, '../..', page);

const help = `npm run cost [-- --check]

Works out what calls cost on AWS, from tools/cost/counts.json, prices.ts and assumptions.ts, and writes the tables of
${page}. With --check it writes nothing, and fails where a table is not what they give.`;

try {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' }, check: { type: 'boolean' } } });
  if (values.help) console.log(help);
  else run(values.check === true);
} catch (error) {
  console.error(error instanceof StarlingError ? error.message : error);
  process.exitCode = 1;
}

function run(check: boolean): void {
  const text = readFileSync(file, 'utf8');
  const now = filled(text, tablesOf(readCounts()));
  if (now === text) {
    console.log(`${page} is as counts, prices and assumptions give it.`);
  } else if (check) {
    throw new StarlingError(
      'COST_DRIFT',
      `${page} is not what tools/cost gives now: run npm run cost, and commit what it writes.`,
    );
  } else {
    writeFileSync(file, now);
    console.log(`${page} is written.`);
  }
}
