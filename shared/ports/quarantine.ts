/** Where events go that broke their contract: kept with the reason for an operator, never applied. */
export interface Quarantine {
  put(reason: string, event: string): Promise<void>;
  count(): Promise<number>;
}
