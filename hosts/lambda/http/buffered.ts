import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { internalError } from '#shared/http/refusal.ts';
import { callApp, type LambdaOptions } from './call.ts';
import { timeUpAfter } from './time-up.ts';

/** Milliseconds that API Gateway waits for a whole answer, however long the function may run. */
const LONGEST = 29_000;

/** Answers of an API that takes only complete answers. A stream becomes one answer with everything until its end. */
export function bufferedHandler(options: LambdaOptions) {
  return async (event: APIGatewayProxyEvent, context: Context): Promise<APIGatewayProxyResult> => {
    const timeUp = timeUpAfter(Math.min(context.getRemainingTimeInMillis(), LONGEST));
    try {
      return await resultOf(await callApp(options, event, timeUp.signal));
    } catch (error) {
      options.log.error('an answer broke off', { error, method: event.httpMethod });
      return await resultOf(internalError());
    } finally {
      timeUp.stop();
      options.ended();
    }
  };
}

/** All that the gateway answers with is text. */
async function resultOf(response: Response): Promise<APIGatewayProxyResult> {
  const multiValueHeaders: Record<string, string[]> = {};
  for (const [name, value] of response.headers) {
    multiValueHeaders[name] ??= [];
    multiValueHeaders[name].push(value);
  }
  return { statusCode: response.status, multiValueHeaders, body: await response.text(), isBase64Encoded: false };
}
