/** A client application that may ask for tokens. Only the hash of its secret is stored. */
export interface Client {
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** See shared/security/client-secret.ts. */
  readonly secretHash: string;
  /** Full names: `starling/agents:invoke`. */
  readonly scopes: readonly string[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Since this time the client gets no token. Its earlier tokens stay valid until they expire. */
  readonly disabledAt?: number;
}

/** The clients that the standalone issuer knows. On AWS, Cognito stores them. */
export interface ClientStore {
  get(id: string): Promise<Client | undefined>;

  /** Stores or replaces. */
  put(client: Client): Promise<void>;

  /** Replaces the hash of a client's secret. Does nothing when the stored hash is no longer `from`, or no client has the id. */
  replaceHash(id: string, hash: { readonly from: string; readonly to: string }): Promise<void>;

  /** All clients, by id. */
  list(): Promise<readonly Client[]>;
}
