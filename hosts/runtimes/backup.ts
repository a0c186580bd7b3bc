/** Backups of a standalone mesh's data folder, for the command line: they need no mesh that runs. */
export { type Backup, backUp } from '../embedded/backup/back-up.ts';
export { type Restored, restore } from '../embedded/backup/restore.ts';
