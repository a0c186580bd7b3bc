import type { APIGatewayProxyEvent } from 'aws-lambda';
import { internalError, nothingHere } from '#shared/http/refusal.ts';
import type { HttpService } from '#shared/http/service.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { requestOf } from './request.ts';

export interface LambdaOptions {
  readonly app: HttpService['app'];
  readonly log: Logger;
  /** Called at the end of every invocation: Lambda freezes the process then. */
  readonly ended: () => void;
}

/**
 * The answer of the app to an event. An error that the app does not answer is logged. The caller gets no detail of it.
 */
export async function callApp(
  { app, log }: LambdaOptions,
  event: APIGatewayProxyEvent,
  timeUp: AbortSignal,
): Promise<Response> {
  try {
    const request = requestOf(event);
    if (request === undefined) return nothingHere();
    return await app.fetch(request, { requestContext: event.requestContext, timeUp });
  } catch (error) {
    log.error('a request failed', { error, method: event.httpMethod });
    return internalError();
  }
}
