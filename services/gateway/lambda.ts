import type { HttpService } from '../../shared/http/service.ts';
import { currentRuntime } from '../../shared/runtime/current.ts';
import { oneOf } from '../../shared/runtime/environment.ts';
import { createGateway } from './app.ts';
import { bufferedHandler } from './lambda/buffered.ts';
import { streamedHandler } from './lambda/streamed.ts';

const runtime = currentRuntime();
const gateway = createGateway(runtime);
const options = { app: gateway.app, log: runtime.log };
const responses = oneOf(process.env, 'STARLING_RESPONSES', ['stream', 'buffered'], 'buffered');

/** Behind API Gateway, whose integration says which of the two it expects (`transferMode`). */
export const handler = responses === 'stream' ? streamedHandler(options) : bufferedHandler(options);

/** Behind the standalone host, which takes API Gateway's place. */
export const service: HttpService = gateway;
