import path from 'node:path';
import { Emulator } from '#deployment/emulator/emulator.ts';

/** Starts an emulator, tells where it is, and waits for ever. Arguments: the interpreter, the file of its log. */
const [, , python = '', log = ''] = process.argv;
const { endpoint } = await Emulator.start({ python: path.resolve(python), log });
console.log(endpoint);
setInterval(() => undefined, 60_000);
