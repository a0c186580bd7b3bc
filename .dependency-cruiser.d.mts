import type { IConfiguration } from 'dependency-cruiser';

/** Folder → the folders and files that it may import. */
export const table: Readonly<Record<string, readonly string[]>>;

declare const configuration: IConfiguration;
export default configuration;
