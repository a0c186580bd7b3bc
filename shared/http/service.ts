/** What a function behind HTTP exports beside its Lambda handler, so that a host without API Gateway can serve it. */
export interface HttpService {
  readonly app: { fetch(request: Request, env: object): Response | Promise<Response> };
  /** Ends every wait and stream: the process is about to stop. */
  drain(): void;
}
