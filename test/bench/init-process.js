// A fresh process that does what Lambda does before the first event: it imports a function's module. Plain JavaScript, as
// stripping the types of this file would count. Prints milliseconds since node began.

// Lambda's own, which a handler that streams asks for while it is imported.
globalThis.awslambda = { streamifyResponse: (handler) => handler, HttpResponseStream: { from: (stream) => stream } };

const { pathToFileURL } = process.getBuiltinModule('node:url');
const url = pathToFileURL(process.argv[2]).href;
const begun = performance.now();
const { handler } = await import(url);
const ready = performance.now();
if (typeof handler !== 'function') throw new TypeError(`${url} exports no handler`);
console.log(JSON.stringify({ begun, ready }));
// What was imported may keep the process alive.
process.exit();
