import { randomUUID } from 'node:crypto';
import { isEcho, sendMessage } from './answer.ts';
import { drive } from './drive.ts';
import { answerJobs } from './load-process.ts';
import type { LoadJob, LoadResult } from './load-protocol.ts';

answerJobs((job: LoadJob): Promise<LoadResult> => {
  return drive({
    ...job,
    next() {
      // Random, as clients make their message ids: ids in order would be kinder to a store's index than life is.
      const text = randomUUID();
      return { body: sendMessage(text), isRight: (body) => isEcho(body, text) };
    },
  });
});
