import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { schemaFor } from '../../shared/events/catalog.ts';
import type { CloudEvent } from '../../shared/events/envelope.ts';
import type { TaskArtifactV1 } from '../../shared/events/generated/types.ts';
import { currentRuntime } from '../../shared/runtime/current.ts';
import type { AgentEvent } from '../../shared/tasks/fold.ts';

/**
 * Folds the artifact chunks of the stream into their tasks, in the order of the shard. At an error it names the record:
 * those before it are done, and the shard goes on from there.
 */
export async function handler(event: KinesisStreamEvent): Promise<KinesisStreamBatchResponse> {
  const { tasks, quarantine, metrics, log } = currentRuntime();
  for (const { kinesis } of event.Records) {
    try {
      const text = Buffer.from(kinesis.data, 'base64').toString();
      const read = readChunk(text);
      if ('problem' in read) {
        metrics.count('starling_quarantined_total', { function: 'chunks' });
        await quarantine.put(read.problem, text);
      } else {
        await tasks.apply(read.event);
      }
    } catch (error) {
      log.error('a chunk could not be applied to its task', { sequenceNumber: kinesis.sequenceNumber, error });
      return { batchItemFailures: [{ itemIdentifier: kinesis.sequenceNumber }] };
    }
  }
  return { batchItemFailures: [] };
}

function readChunk(text: string): { event: AgentEvent } | { problem: string } {
  let chunk: CloudEvent<TaskArtifactV1>;
  try {
    chunk = JSON.parse(text);
  } catch {
    return { problem: 'not JSON' };
  }
  if (chunk?.type !== 'TaskArtifact.v1') return { problem: 'not TaskArtifact.v1' };
  const schema = schemaFor(chunk.source, chunk.type);
  if (schema === undefined) return { problem: `TaskArtifact.v1 from ${chunk.source} has no schema` };
  const problem = schema.validate(chunk.data);
  if (problem !== undefined) return { problem };
  return { event: { source: chunk.source, detailType: 'TaskArtifact.v1', data: chunk.data } };
}
