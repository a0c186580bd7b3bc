import { once } from 'node:events';
import type { APIGatewayProxyEvent, StreamifyHandler } from 'aws-lambda';
import { ConfigurationError } from '#shared/errors.ts';
import { callApp, type LambdaOptions } from './call.ts';
import { timeUpAfter } from './time-up.ts';

/**
 * For an API with `transferMode: STREAM` on every route: what is written is on its way to the client at once.
 *
 * hono/aws-lambda has a handler of this kind, which writes an error's text into a body that has begun, sends no head for a body that
 * stays empty, and goes on reading a body that nobody takes.
 *
 * @throws ConfigurationError where Lambda's Node runtime is not.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
 */
export function streamedHandler(options: LambdaOptions): StreamifyHandler<APIGatewayProxyEvent, void> {
  if (!('awslambda' in globalThis)) {
    throw new ConfigurationError(
      'STARLING_RESPONSES is "stream", which only the Node runtime of Lambda can do. Set it to "buffered", or not at all.',
    );
  }
  return awslambda.streamifyResponse<APIGatewayProxyEvent, void>(async (event, responseStream, context) => {
    const timeUp = timeUpAfter(context.getRemainingTimeInMillis());
    try {
      await send(await callApp(options, event, timeUp.signal), responseStream);
    } catch (error) {
      // The status is sent. The runtime breaks the connection off, so that nobody takes a part for the whole.
      options.log.error('an answer broke off', { error, method: event.httpMethod });
      throw error;
    } finally {
      timeUp.stop();
      options.ended();
    }
  });
}

/** @throws what broke the response's body, or the stream. */
async function send(response: Response, responseStream: awslambda.HttpResponseStream): Promise<void> {
  const stream = awslambda.HttpResponseStream.from(responseStream, headOf(response));
  const reader = response.body?.getReader();
  let broken: Error | undefined;
  stream.on('error', (error: Error) => {
    broken ??= error;
    reader?.cancel(error).catch(() => {});
  });
  // The head goes out with the first write: a body may be silent for long, or stay empty.
  stream.write('');
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    if (!stream.write(part.value) && broken === undefined) await once(stream, 'drain');
  }
  if (broken !== undefined) throw broken;
  stream.end();
}

function headOf({ status, headers }: Response): Record<string, unknown> {
  const cookies = headers.getSetCookie();
  const others = [...headers].filter(([name]) => name !== 'set-cookie');
  return { statusCode: status, headers: Object.fromEntries(others), ...(cookies.length > 0 && { cookies }) };
}
