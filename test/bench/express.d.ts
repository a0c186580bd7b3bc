/** The part of Express 5 that the peer uses: it ships no types, and the SDK's own name these. */
declare module 'express' {
  import type { IncomingMessage, Server, ServerResponse } from 'node:http';

  export interface Request extends IncomingMessage {
    readonly body: unknown;
  }
  export type RequestHandler = (request: Request, response: ServerResponse, next: (error?: unknown) => void) => void;

  export interface Application {
    use(path: string, handler: RequestHandler): this;
    listen(port: number, host: string, listening: () => void): Server;
  }

  export default function express(): Application;
}
