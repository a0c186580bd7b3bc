import { join } from 'node:path';

/** The places of files in a project. */
export interface Project {
  readonly schemas: string;
  readonly released: string;
  readonly generated: string;
  readonly wiring: string;
}

/** The names of these places in messages. */
export const shown = {
  schemas: 'schemas',
  released: 'schemas/released',
  generated: 'shared/generated',
  wiring: 'serverless.yml',
} as const satisfies Project;

export function projectAt(root: string): Project {
  return {
    schemas: join(root, shown.schemas),
    released: join(root, shown.released),
    generated: join(root, shown.generated),
    wiring: join(root, shown.wiring),
  };
}
