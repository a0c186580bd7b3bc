import { readMaxBody, readServerLimits } from '#hosts/runtimes/environment.ts';

/** The limits of a standalone mesh without any setting. */
export const serverLimits = { ...readServerLimits({}), maxBodyBytes: readMaxBody({}) };
