import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { StarlingError } from '#shared/errors.ts';
import { problemsOf, sizesTable } from './limits.ts';
import { packagedFunctions } from './packaged.ts';

const help = `node tools/bundles/check.ts

Shows what each function weighs that \`npm run package\` made, and fails above the limits.`;

function check(root: string): void {
  const functions = packagedFunctions(root);
  console.log(sizesTable(functions));
  const problems = problemsOf(functions);
  for (const problem of problems) console.error(`\n${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}

try {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) console.log(help);
  else check(join(import.meta.dirname, '..', '..'));
} catch (error) {
  console.error(error instanceof StarlingError ? error.message : error);
  process.exitCode = 1;
}
