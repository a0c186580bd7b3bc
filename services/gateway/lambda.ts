import type { HttpService } from '../../shared/http/service.ts';
import { currentRuntime } from '../../shared/runtime/current.ts';
import { createGateway } from './app.ts';
import { bufferedHandler } from './lambda/buffered.ts';
import { streamedHandler } from './lambda/streamed.ts';

const runtime = currentRuntime();
const gateway = createGateway(runtime);
const { log, metrics, settings } = runtime;
const options = { app: gateway.app, log, ended: () => metrics.flush() };

/** Behind API Gateway, whose integration says which of the two it expects (`transferMode`). */
export const handler = settings.responses === 'stream' ? streamedHandler(options) : bufferedHandler(options);

/** Behind the standalone host, which takes API Gateway's place. */
export const service: HttpService = gateway;
