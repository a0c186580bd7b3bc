import { SchemaError } from '#shared/schemas/problems.ts';
import { countEvents } from '#shared/schemas/schema.ts';
import { runCommand } from './command.ts';
import { compareContracts } from './contracts.ts';
import { findDrift } from './drift.ts';
import type { Project } from './project.ts';
import { render } from './render.ts';

/**
 * Returns a text about the check.
 *
 * @throws SchemaError on an incompatible change, and on drift.
 */
export async function check(project: Project): Promise<string> {
  const { present, released, breaking, unreleased } = compareContracts(project);
  const drift = findDrift(project.generated, await render(present));
  if (breaking.length + drift.length > 0) throw new SchemaError([...breaking, ...drift]);
  return [
    `${countEvents(present)}: generated files are up to date, and the contracts of ${countEvents(released)} hold.`,
    ...unreleased.map((path) => `Not released yet: ${path}`),
  ].join('\n');
}

if (import.meta.main) {
  await runCommand({
    name: 'npm run schemas:check',
    does: 'Fails when generated files differ from what the schemas give, and when a released contract was changed incompatibly.',
    run: check,
  });
}
