import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** A handler as serverless.yml names it: `agents/echo/handler.handler`. */
export interface HandlerReference {
  /** Without the ending, from the folder of the file. */
  readonly path: string;
  readonly exportName: string;
}

/** The endings that the bundler looks for too. */
const endings = ['.ts', '.js'];

/** @returns undefined for a text that is no handler */
export function parseHandler(reference: string): HandlerReference | undefined {
  const dot = reference.lastIndexOf('.');
  const exportName = reference.slice(dot + 1);
  if (dot <= reference.lastIndexOf('/') + 1 || exportName === '') return undefined;
  return { path: reference.slice(0, dot), exportName };
}

/** The absolute path of the handler's module; undefined when there is none. */
export function handlerFile(folder: string, { path }: HandlerReference): string | undefined {
  return endings.map((ending) => resolve(folder, path + ending)).find((candidate) => existsSync(candidate));
}
