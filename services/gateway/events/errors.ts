import { HttpError } from '#shared/http/refusal.ts';

/** The mesh refuses a request, or one event of a batch. */
export class EventRefusedError extends HttpError {}
