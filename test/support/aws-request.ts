import { SignatureV4 } from '@smithy/signature-v4';
import type { BuildMiddleware, MiddlewareStack } from '@smithy/types';
import { Sha256 } from '#hosts/aws-api/signature/sha256.ts';
import { awsCredentials, STANDALONE_REGION } from '#shared/security/aws-credentials.ts';
import type { Mesh } from './mesh.ts';

export interface RequestOptions {
  /** `AWSEvents.PutEvents` */
  readonly target: string;
  /** As scopes name it; `events` when not given. */
  readonly service?: string;
  readonly body: string | Uint8Array;
  readonly date?: Date;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The signer of the AWS SDKs with the keys of the mesh. */
export async function signerFor({ data }: Pick<Mesh, 'data'>, service = 'events'): Promise<SignatureV4> {
  return new SignatureV4({
    credentials: await awsCredentials(data),
    region: STANDALONE_REGION,
    service,
    sha256: Sha256,
  });
}

/** The headers of a request as the SDK's signer signs it, which may then be spoilt. */
export async function signedHeaders(mesh: Pick<Mesh, 'url' | 'data'>, options: RequestOptions) {
  const { target, service, body, date = new Date(), headers: more } = options;
  const { host } = new URL(mesh.url);
  const signer = await signerFor(mesh, service);
  const headers = { host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target, ...more };
  const request = { method: 'POST', protocol: 'http:', hostname: host, path: '/', headers, body };
  return (await signer.sign(request, { signingDate: date })).headers;
}

/** What an SDK is about to send. */
export interface SdkRequest {
  readonly method: string;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

/** Has every request of a client changed, before the SDK signs it or after. */
export function changeRequests(
  client: { readonly middlewareStack: unknown },
  when: 'before signing' | 'after signing',
  change: (request: SdkRequest) => void,
): void {
  const stack = client.middlewareStack as MiddlewareStack<object, object>;
  const middleware: BuildMiddleware<object, object> = (next) => (args) => {
    change(args.request as SdkRequest);
    return next(args);
  };
  if (when === 'before signing') stack.add(middleware, { step: 'build', priority: 'high' });
  else stack.addRelativeTo(middleware, { relation: 'after', toMiddleware: 'httpSigningMiddleware' });
}
