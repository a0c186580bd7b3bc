import { isProtoBase64 } from '#shared/base64.ts';
import type { DetailType } from '#shared/generated/catalog.ts';
import type { Part, TaskArtifactV1, TaskRequestedV1, TaskStatusChangedV1 } from '#shared/generated/types.ts';
import { isObject } from '#shared/objects.ts';

interface Content {
  readonly parts: readonly Part[];
  readonly metadata?: unknown;
}

/**
 * Describes the first part of a task's event that ProtoJSON cannot carry although it fits the schema. Undefined without one. The
 * messages in `history` were checked with their own events.
 */
export function contentProblem(detailType: DetailType, data: unknown): string | undefined {
  switch (detailType) {
    case 'TaskRequested.v1': {
      const { message, metadata } = data as TaskRequestedV1;
      return metadataProblem(metadata, 'data') ?? problemIn(message, 'data/message');
    }
    case 'TaskStatusChanged.v1':
      return problemIn((data as TaskStatusChangedV1).status.message, 'data/status/message');
    case 'TaskArtifact.v1':
      return problemIn((data as TaskArtifactV1).artifact, 'data/artifact');
    default:
      return undefined;
  }
}

function problemIn(content: Content | undefined, path: string): string | undefined {
  if (content === undefined) return undefined;
  for (const [index, part] of content.parts.entries()) {
    if ('raw' in part && !isProtoBase64(part.raw)) return `${path}/parts/${index}/raw must be Base64`;
    const problem = metadataProblem(part.metadata, `${path}/parts/${index}`);
    if (problem !== undefined) return problem;
  }
  return metadataProblem(content.metadata, path);
}

/** An inexact number is an object in JavaScript, so it passes a schema of an object. */
function metadataProblem(metadata: unknown, path: string): string | undefined {
  return metadata === undefined || isObject(metadata) ? undefined : `${path}/metadata must be object`;
}
