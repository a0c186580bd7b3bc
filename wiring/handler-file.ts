import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** A handler as serverless.yml names it: `agents/echo/handler.handler`. */
export interface HandlerReference {
  /** The path without the ending, relative to the folder of serverless.yml. */
  readonly path: string;
  readonly exportName: string;
}

/** The bundler looks for the same endings. */
const endings = ['.ts', '.js'];

/** @returns undefined for a text that is not a handler. */
export function parseHandler(reference: string): HandlerReference | undefined {
  const dot = reference.lastIndexOf('.');
  const exportName = reference.slice(dot + 1);
  if (dot <= reference.lastIndexOf('/') + 1 || exportName === '') return undefined;
  return { path: reference.slice(0, dot), exportName };
}

/** The absolute path of the handler's module; undefined when the file does not exist. */
export function handlerFile(folder: string, { path }: HandlerReference): string | undefined {
  return endings.map((ending) => resolve(folder, path + ending)).find((candidate) => existsSync(candidate));
}
