/** A client application that may ask for tokens. The secret itself is nowhere: only its hash. */
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
  /** Since then it gets no token; those that it has run out by themselves. */
  readonly disabledAt?: number;
}

/** The clients that the standalone issuer knows. On AWS Cognito keeps them. */
export interface ClientStore {
  get(id: string): Promise<Client | undefined>;

  /** Stores or replaces. */
  put(client: Client): Promise<void>;

  /** All clients, by id. */
  list(): Promise<readonly Client[]>;
}
