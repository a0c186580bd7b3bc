/** Calls the agent at AGENT with the official client of A2A 0.3, and prints what it saw. The argument is the binding. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const { AGENT, TOKEN, PACKAGES } = process.env;
const [binding] = process.argv.slice(2);
const client = createRequire(path.join(PACKAGES, 'package.json')).resolve('@a2a-js/sdk/client');
const { ClientFactory, ClientFactoryOptions, DefaultAgentCardResolver, JsonRpcTransportFactory, RestTransportFactory } =
  await import(pathToFileURL(client));

const fetchImpl = (input, init) => {
  const headers = new Headers(init?.headers);
  headers.set('authorization', `Bearer ${TOKEN}`);
  return fetch(input, { ...init, headers });
};
const Transport = binding === 'JSONRPC' ? JsonRpcTransportFactory : RestTransportFactory;
const factory = new ClientFactory(
  ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
    transports: [new Transport({ fetchImpl })],
    preferredTransports: [binding],
    cardResolver: new DefaultAgentCardResolver({ fetchImpl }),
  }),
);
const agent = await factory.createFromUrl(AGENT);
const message = () => ({
  kind: 'message',
  messageId: crypto.randomUUID(),
  role: 'user',
  parts: [{ kind: 'text', text: 'hello' }],
});
const failure = (call) =>
  call.then(
    () => null,
    (error) => error.constructor.name,
  );

const sent = await agent.sendMessage({ message: message(), configuration: { blocking: true } });
const streamed = [];
for await (const { kind } of agent.sendMessageStream({ message: message() })) streamed.push(kind);
const got = await agent.getTask({ id: sent.id });
console.log(
  JSON.stringify({
    sent: [sent.status.state, sent.artifacts[0].parts[0].text],
    streamed,
    got: [got.id === sent.id, got.status.state],
    missing: await failure(agent.getTask({ id: 'nope' })),
    ended: await failure(agent.cancelTask({ id: sent.id })),
  }),
);
