/** A command asks whether a folder holds a mesh, and opens no database. */
export { databaseFile } from '#adapters/sqlite/folder.ts';
