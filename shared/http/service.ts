/** What a function with `http` events exports: standalone serves it as it is, and on Lambda the entry makes a handler of it. */
export interface HttpService {
  readonly app: { fetch(request: Request, env: object): Response | Promise<Response> };
  /** Ends every wait and stream: the process is about to stop. */
  drain(): void;
}

export function isHttpService(value: unknown): value is HttpService {
  const { app, drain } = (value ?? {}) as Partial<HttpService>;
  return typeof app?.fetch === 'function' && typeof drain === 'function';
}
