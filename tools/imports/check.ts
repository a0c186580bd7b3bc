/** `npm run imports` fails when an import breaks the rules of .dependency-cruiser.mjs, or when files or folders form a circle. */
import { checkImports } from './problems.ts';

const { problems, files } = await checkImports(process.cwd());
if (problems.length > 0) {
  console.error(problems.join('\n'));
  console.error(
    `\nThese imports break the rules (${problems.length}). The file .dependency-cruiser.mjs has the rules.`,
  );
  process.exitCode = 1;
} else {
  console.log(`Imports of ${files} files follow the rules of .dependency-cruiser.mjs.`);
}
