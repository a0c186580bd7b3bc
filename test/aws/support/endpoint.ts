import { randomBytes } from 'node:crypto';

/** Where the suites of test/aws find AWS: an emulator, as `npm run test:aws` starts it, or a real account. */
export const endpoint = process.env.AWS_ENDPOINT_URL;

/** For the constructors of SDK clients. An emulator takes any credentials. */
export const clientOptions = {
  region: process.env.AWS_REGION ?? 'us-east-1',
  ...(endpoint !== undefined && {
    endpoint,
    patience: 10,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }),
};

/** A stage of one test file's own, so that two never meet. */
export function randomStage(): string {
  return `t${randomBytes(4).toString('hex')}`;
}
