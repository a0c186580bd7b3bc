/** A function in a process of its own, as Lambda has it: env, runtime and entry are those of a deployed one. */
import type { Context } from 'aws-lambda';

export interface Invocation {
  readonly id: number;
  readonly event: unknown;
  readonly functionName: string;
}

export type Outcome = { readonly id: number } & ({ readonly result: unknown } | { readonly error: string });

const [hosting = '', file = ''] = process.argv.slice(2);
const { host } = await import(`../../../hosts/lambda/${hosting === 'agent' ? 'agent' : 'mesh'}.ts`);
const inner = await import(file);
const { httpHandler } = await import('../../../hosts/lambda/http/handler.ts');
const handler = hosting === 'http' ? httpHandler(inner.service) : host(inner.handler);

process.on('message', ({ id, event, functionName }: Invocation) => {
  const context = { functionName, awsRequestId: String(id), getRemainingTimeInMillis: () => 60_000 } as Context;
  const answer = (outcome: Outcome) => process.send?.(outcome);
  Promise.resolve(handler(event, context)).then(
    (result) => answer({ id, result }),
    (error) => answer({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.send?.({ ready: true });
