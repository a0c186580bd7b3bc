import { handle } from 'hono/aws-lambda';
import type { HttpService } from '../../shared/http/service.ts';
import { currentRuntime } from '../../shared/runtime/current.ts';
import { createGateway } from './app.ts';

const gateway = createGateway(currentRuntime());

/** Behind API Gateway. */
export const handler = handle(gateway.app);

/** Behind the standalone host, which takes API Gateway's place. */
export const service: HttpService = gateway;
