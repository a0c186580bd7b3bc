/** A client application that may ask for tokens. Only the hash of its secret is stored. */
export interface Client {
  readonly id: string;
  /** The name that people see. */
  readonly name: string;
  /** Format: shared/security/client-secret.ts. */
  readonly secretHash: string;
  /** Full scope names, for example `starling/agents:invoke`. */
  readonly scopes: readonly string[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Milliseconds since 1970. From this time on the client gets no tokens. Earlier tokens stay valid until they expire. */
  readonly disabledAt?: number;
}

/** The clients that the standalone issuer knows. On AWS, Cognito stores them. */
export interface ClientStore {
  get(id: string): Promise<Client | undefined>;

  /** Stores the client, or replaces the client with this id. */
  put(client: Client): Promise<void>;

  /** Replaces the hash of a client's secret. Does nothing when the stored hash differs from `from`, or when no client has the id. */
  replaceHash(id: string, hash: { readonly from: string; readonly to: string }): Promise<void>;

  /** All clients, ordered by id. */
  list(): Promise<readonly Client[]>;
}
