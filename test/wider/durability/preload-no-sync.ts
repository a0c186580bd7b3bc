import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** A mesh that is told that its log is synced, and it never is. */
fs.fdatasync = ((_descriptor: number, callback: fs.NoParamCallback) => {
  setImmediate(callback, null);
}) as typeof fs.fdatasync;
syncBuiltinESMExports();
