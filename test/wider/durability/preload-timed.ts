import fs, { writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { createHistogram } from 'node:perf_hooks';

const { fdatasync } = fs;
const histogram = createHistogram();

/** A mesh that writes down at its end how long its syncs took, in microseconds from the call to the callback. */
fs.fdatasync = ((descriptor: number, callback: fs.NoParamCallback) => {
  const begin = performance.now();
  fdatasync(descriptor, (error) => {
    histogram.record(Math.max(1, Math.round((performance.now() - begin) * 1000)));
    callback(error);
  });
}) as typeof fs.fdatasync;
syncBuiltinESMExports();

process.once('exit', () => {
  const { SYNC_TIMES: file } = process.env;
  const times = { count: histogram.count, p50: histogram.percentile(50), p99: histogram.percentile(99) };
  // Its threads load this module too.
  if (file !== undefined && histogram.count > 0) writeFileSync(file, JSON.stringify(times));
});
