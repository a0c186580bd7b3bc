import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SchemaError } from '#shared/schemas/problems.ts';
import { runCommand } from './command.ts';
import { compareContracts } from './contracts.ts';
import { type Project, shown } from './project.ts';

/** Makes the present schemas the released contracts. @throws SchemaError on an incompatible change; then nothing is written. */
export function release(project: Project): string {
  const { present, released, breaking } = compareContracts(project);
  if (breaking.length > 0) throw new SchemaError(breaking);

  const changed = [...present.files.keys()].filter((path) => !released.files.has(path) || differs(project, path));
  for (const path of changed) {
    const to = join(project.released, path);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(project.schemas, path), to);
  }
  // No released schema refers to these any more. Otherwise the check had found it.
  const obsolete = [...released.files.keys()].filter((path) => !present.files.has(path));
  for (const path of obsolete) rmSync(join(project.released, path));

  const told = [...changed.map((path) => `Released ${path}`), ...obsolete.map((path) => `Removed ${path}`)];
  return told.length > 0 ? told.join('\n') : `Nothing to release: ${shown.released}/ has all of it.`;
}

function differs(project: Project, path: string): boolean {
  return readFileSync(join(project.schemas, path), 'utf8') !== readFileSync(join(project.released, path), 'utf8');
}

if (import.meta.main) {
  await runCommand({
    name: 'node tools/schemas/release.ts',
    does: 'Copies the schemas to schemas/released/ after checking them against what is released there.',
    run: release,
  });
}
