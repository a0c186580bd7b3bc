import type { HttpService } from '#shared/http/service.ts';
import { currentRuntime } from '#shared/runtime/current.ts';
import { createGateway } from './app.ts';

/** The service that a host runs: standalone behind its own HTTP server, Lambda behind API Gateway. */
export const service: HttpService = createGateway(currentRuntime());
