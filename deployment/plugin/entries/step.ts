import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Step } from '../step.ts';
import { entryOf, folder, hostingOf } from './entry.ts';

/**
 * Writes an entry for every function: two modules that provide the runtime of AWS and then load the handler. The entry is
 * bundled in place of the handler. Standalone provides its own runtime and imports the handlers themselves.
 */
export const entries: Step = ({ serviceDir, service }) => ({
  bundle() {
    const target = join(serviceDir, folder);
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target, { recursive: true });
    for (const [name, definition] of Object.entries(service.functions)) {
      for (const { file, text } of entryOf(name, definition.handler, hostingOf(name, service.functions))) {
        writeFileSync(join(target, file), text);
      }
      definition.handler = `${folder}/${name}.handler`;
    }
  },
});
