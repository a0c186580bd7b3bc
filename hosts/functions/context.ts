import { randomBytes, randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';

/** The facts about a function that its handler can read from the context. */
export interface ContextOptions {
  readonly name: string;
  /** Seconds that an invocation may take. */
  readonly timeout: number;
  /** MB. */
  readonly memorySize: number;
  readonly region?: string;
}

/** One execution environment: a process or a thread. Its logs would be one log stream on AWS. */
const environment = randomBytes(16).toString('hex');
/** The day on which the environment began, as CloudWatch writes it. */
const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');

/**
 * Lambda's context of one invocation that begins now.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
 */
export function lambdaContext({ name, timeout, memorySize, region = 'us-east-1' }: ContextOptions): Context {
  const end = performance.now() + timeout * 1000;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${region}:000000000000:function:${name}`,
    memoryLimitInMB: String(memorySize),
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: `${day}/[$LATEST]${environment}`,
    // Handlers store it where only whole numbers fit.
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(end - performance.now())),
    done: () => notInNode24('done'),
    fail: () => notInNode24('fail'),
    succeed: () => notInNode24('succeed'),
  };
}

/** The runtime nodejs24.x has none of these methods, so on Lambda a call of them throws too. */
function notInNode24(method: string): never {
  throw new TypeError(`Lambda's runtime nodejs24.x has no context.${method}(). Return the result, or throw the error.`);
}
