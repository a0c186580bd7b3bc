import { drive } from '../drive.ts';
import { answerJobs } from '../load-process.ts';
import type { LoadResult } from '../load-protocol.ts';
import type { DoorJob } from './protocol.ts';

answerJobs(({ requests, failedCount, ...job }: DoorJob): Promise<LoadResult> => {
  let sent = 0;
  return drive({
    ...job,
    headers: {},
    next() {
      const request = requests[sent++ % requests.length];
      if (request === undefined) throw new Error('there are no requests');
      return { ...request, isRight: (body) => JSON.parse(body)[failedCount] === 0 };
    },
  });
});
