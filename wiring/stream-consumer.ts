/** An event source mapping of a Kinesis stream, with Lambda's meaning of each word. */
export interface StreamConsumer {
  /** The stream's name, such as `starling-local-artifacts`. */
  readonly stream: string;
  readonly startingPosition: 'LATEST' | 'TRIM_HORIZON';
  /** Records an invocation gets at most. */
  readonly batchSize: number;
  /** Seconds that records are collected before an invocation that is not full. */
  readonly batchWindow: number;
  /** A batch that failed is split in two and tried again. */
  readonly bisect: boolean;
  /** After that many retries a batch is skipped; undefined: it is retried until its records expire. */
  readonly maximumRetryAttempts: number | undefined;
  /** The handler answers which records failed (`batchItemFailures`). */
  readonly reportsItemFailures: boolean;
}
