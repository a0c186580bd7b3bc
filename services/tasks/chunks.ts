import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { eventProblem, schemaFor } from '#shared/events/catalog.ts';
import type { CloudEvent } from '#shared/events/envelope.ts';
import { parseJson } from '#shared/exact-json.ts';
import type { TaskArtifactV1 } from '#shared/generated/types.ts';
import { isStoreUnavailable } from '#shared/ports/errors.ts';
import type { AgentEvent } from '#shared/ports/task.ts';
import { currentRuntime } from '#shared/runtime/current.ts';
import { applyToTask } from './apply.ts';

/**
 * Folds the artifact chunks of the stream into their tasks. On an error it returns the first failed record, and the
 * shard continues from there. Later records that were already applied are recognised when they arrive again.
 *
 * @throws StoreUnavailableError when the store is down. No record is at fault, so no record loses a retry.
 */
export async function handler(
  event: KinesisStreamEvent,
  { functionName }: Pick<Context, 'functionName'>,
): Promise<KinesisStreamBatchResponse> {
  const { log } = currentRuntime();
  // All at once: the store writes the chunks of one task together, in the order of the agent's work.
  const results = await Promise.allSettled(event.Records.map(({ kinesis }) => take(kinesis.data, functionName)));
  for (const [index, result] of results.entries()) {
    const sequenceNumber = event.Records[index]?.kinesis.sequenceNumber;
    if (result.status === 'fulfilled' || sequenceNumber === undefined) continue;
    if (isStoreUnavailable(result.reason)) throw result.reason;
    log.error('a chunk could not be applied to its task', { sequenceNumber, error: result.reason });
    return { batchItemFailures: [{ itemIdentifier: sequenceNumber }] };
  }
  return { batchItemFailures: [] };
}

async function take(data: string, functionName: string): Promise<void> {
  const { quarantine, metrics } = currentRuntime();
  const text = Buffer.from(data, 'base64').toString();
  const read = readChunk(text);
  if ('problem' in read) {
    metrics.count('starling_quarantined_total', { function: functionName });
    await quarantine.put(read.problem, text);
  } else {
    await applyToTask(read.event);
  }
}

function readChunk(text: string): { event: AgentEvent } | { problem: string } {
  let chunk: CloudEvent<TaskArtifactV1>;
  try {
    chunk = parseJson(text) as CloudEvent<TaskArtifactV1>;
  } catch {
    return { problem: 'not JSON' };
  }
  if (chunk?.type !== 'TaskArtifact.v1') return { problem: 'not TaskArtifact.v1' };
  const schema = schemaFor(chunk.source, chunk.type);
  if (schema === undefined) return { problem: `TaskArtifact.v1 from ${chunk.source} has no schema` };
  const problem = eventProblem(schema, chunk, text);
  if (problem !== undefined) return { problem };
  return { event: { source: chunk.source, detailType: 'TaskArtifact.v1', data: chunk.data } };
}
