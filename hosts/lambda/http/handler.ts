import type { HttpService } from '#shared/http/service.ts';
import { currentRuntime } from '#shared/runtime/current.ts';
import { bufferedHandler } from './buffered.ts';
import { streamedHandler } from './streamed.ts';

/** Makes the function that Lambda calls of an HTTP service. The route's `transferMode` says which of the two answers API Gateway takes. */
export function httpHandler({ app }: HttpService) {
  const { log, metrics, settings } = currentRuntime();
  const options = { app, log, ended: () => metrics.flush() };
  return settings.responses === 'stream' ? streamedHandler(options) : bufferedHandler(options);
}
