/** A function in a process of its own, as Lambda has it: env, runtime and entry are those of a deployed one. */
import type { Context } from 'aws-lambda';

export interface Invocation {
  readonly id: number;
  readonly event: unknown;
  readonly functionName: string;
}

export type Outcome = { readonly id: number } & ({ readonly result: unknown } | { readonly error: string });

const [hosting = '', file = ''] = process.argv.slice(2);
const { startAgent, startHttp, startMesh } = await import('#hosts/lambda/start.ts');
const handler = await hosted();

/** The runtime is there before the module of the function is loaded. */
async function hosted(): Promise<(event: unknown, context: Context) => unknown> {
  if (hosting === 'http') {
    const host = startHttp(process.env);
    return host((await import(file)).service) as never;
  }
  const host = hosting === 'agent' ? startAgent(process.env) : startMesh(process.env);
  return host((await import(file)).handler);
}

process.on('message', ({ id, event, functionName }: Invocation) => {
  const context = { functionName, awsRequestId: String(id), getRemainingTimeInMillis: () => 60_000 } as Context;
  const answer = (outcome: Outcome) => process.send?.(outcome);
  Promise.resolve(handler(event, context)).then(
    (result) => answer({ id, result }),
    (error) => answer({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.send?.({ ready: true });
