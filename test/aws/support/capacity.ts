import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** What DynamoDB charges, in request units. */
export interface Charge {
  readonly calls: number;
  readonly reads: number;
  readonly writes: number;
}

/** Has DynamoDB tell what each call costs, and adds it up. */
export class CapacityMeter {
  #calls = 0;
  #reads = 0;
  #writes = 0;

  constructor(documents: DynamoDBDocumentClient) {
    documents.middlewareStack.add(
      (next, { commandName = '' }) =>
        async (args) => {
          const input = { ...args.input, ReturnConsumedCapacity: 'TOTAL' };
          this.#calls++;
          try {
            const result = await next({ ...args, input });
            this.#add(commandName, result.output as Output);
            return result;
          } catch (error) {
            // A write whose condition fails costs as much as one that goes through; all items here have one kilobyte.
            if (error instanceof Error && error.name === 'ConditionalCheckFailedException') this.#writes++;
            throw error;
          }
        },
      { step: 'initialize', name: 'capacityMeter' },
    );
  }

  /** What was charged since the last take. */
  take(): Charge {
    const charge = { calls: this.#calls, reads: this.#reads, writes: this.#writes };
    this.#calls = this.#reads = this.#writes = 0;
    return charge;
  }

  #add(command: string, output: Output) {
    // MiniStack does not say what BatchGetItem costs: a read unit for each item here, as they have at most 4 KB.
    if (command.startsWith('BatchGet')) this.#reads += Object.values(output.Responses ?? {}).flat().length;
    else if (/Get|Query/.test(command)) this.#reads += unitsOf(output);
    else this.#writes += unitsOf(output);
  }
}

interface Output {
  readonly ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[];
  readonly Responses?: Readonly<Record<string, readonly unknown[]>>;
}

function unitsOf({ ConsumedCapacity: consumed }: Output): number {
  const all = consumed === undefined ? [] : Array.isArray(consumed) ? consumed : [consumed];
  return all.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
}
