/** Backups of a standalone mesh's data folder, for the command line. They work without a running mesh. */
export { type Backup, backUp } from '#adapters/sqlite/backup/back-up.ts';
export { type Restored, restore } from '#adapters/sqlite/backup/restore.ts';
