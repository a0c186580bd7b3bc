/**
 * One entry per version, applied in order. Never edit a released entry. A start migrates an older file and refuses a
 * newer one. Times are milliseconds since 1970.
 *
 * Text keys are UUIDv7 and grow with time, so their unique indexes append. Rows refer to each other by rowid.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE events (                 -- the archive: every event that the bus took, in order
    position    INTEGER PRIMARY KEY,
    source      TEXT NOT NULL,
    detail_type TEXT NOT NULL,
    time        INTEGER NOT NULL,
    event       TEXT NOT NULL           -- the whole EventBridge event: also the body of every queue message made of it
  ) STRICT;

  CREATE TABLE quarantine (             -- events that broke their contract: kept with the reason, not applied
    position INTEGER PRIMARY KEY,
    time     INTEGER NOT NULL,
    reason   TEXT NOT NULL,
    event    TEXT NOT NULL
  ) STRICT;

  CREATE TABLE messages (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    queue             TEXT NOT NULL,
    message_id        TEXT NOT NULL,
    body              TEXT NOT NULL,
    attributes        TEXT,             -- JSON: the message attributes that the sender gave
    sent_at           INTEGER NOT NULL,
    visible_at        INTEGER NOT NULL,
    receive_count     INTEGER NOT NULL DEFAULT 0,
    first_received_at INTEGER
  ) STRICT;
  CREATE INDEX messages_by_visibility ON messages (queue, visible_at, id);

  CREATE TABLE records (                -- the streams' records
    sequence      INTEGER PRIMARY KEY AUTOINCREMENT,
    stream        TEXT NOT NULL,
    shard         INTEGER NOT NULL,
    partition_key TEXT NOT NULL,
    data          BLOB NOT NULL,
    arrived_at    INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX records_by_shard ON records (stream, shard, sequence);

  CREATE TABLE checkpoints (
    consumer TEXT NOT NULL,
    stream   TEXT NOT NULL,
    shard    INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (consumer, stream, shard)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE tasks (
    task         INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    context_id   TEXT NOT NULL,
    agent_id     TEXT NOT NULL,
    owner        TEXT NOT NULL,         -- the principal's client id
    state        TEXT NOT NULL,
    status_at    INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    deadline     INTEGER NOT NULL,
    turn         INTEGER NOT NULL,
    attempt      INTEGER NOT NULL,
    sequence     INTEGER NOT NULL,
    attempt_base INTEGER NOT NULL,
    position     INTEGER NOT NULL,
    open         INTEGER,               -- 1 until the task ends, then NULL: keeps the index of deadlines small
    artifacts    TEXT NOT NULL          -- JSON: ids of the artifacts that the current attempt has begun
  ) STRICT;
  CREATE INDEX tasks_by_deadline ON tasks (deadline) WHERE open = 1;

  CREATE TABLE task_log (
    task     INTEGER NOT NULL,
    position INTEGER NOT NULL,
    event    INTEGER,                   -- the archived event that the entry is made of, or
    entry    TEXT,                      -- the entry itself, where it came by the stream
    turn     INTEGER NOT NULL,
    attempt  INTEGER NOT NULL,
    PRIMARY KEY (task, position)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE task_parked (            -- events that came before their turn in the order
    task     INTEGER NOT NULL,
    turn     INTEGER NOT NULL,
    attempt  INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    event    TEXT NOT NULL,
    PRIMARY KEY (task, turn, attempt, sequence)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE task_messages (          -- one message of a client makes one task, however often it is sent
    message    INTEGER PRIMARY KEY,
    owner      TEXT NOT NULL,
    agent_id   TEXT NOT NULL,
    message_id TEXT NOT NULL,
    task_id    TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE agents (
    id         TEXT PRIMARY KEY,
    record     TEXT NOT NULL,           -- JSON: card, skill schemas, visibility
    digest     TEXT NOT NULL,
    active     INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE clients (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    scopes      TEXT NOT NULL,          -- JSON array of full scope names
    created_at  INTEGER NOT NULL,
    disabled_at INTEGER
  ) STRICT;

  CREATE TABLE grants (
    subject TEXT NOT NULL,              -- scope:starling/echo:invoke or client:{id}
    agent   TEXT NOT NULL,              -- an agent's id, or * for all
    PRIMARY KEY (subject, agent)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE idempotency (            -- Powertools idempotency: an agent author's own side effects
    id          TEXT PRIMARY KEY,
    status      TEXT NOT NULL,
    expires_at  INTEGER NOT NULL,
    in_progress_until INTEGER,
    data        TEXT,
    payload_hash TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX idempotency_by_expiry ON idempotency (expires_at);
  `,
  `
  ALTER TABLE messages RENAME TO messages_1;
  DROP INDEX messages_by_visibility;
  CREATE TABLE messages (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    queue             TEXT NOT NULL,
    message_id        TEXT NOT NULL,
    body              TEXT,             -- or
    event             INTEGER,          -- the archived event whose text the body is
    attributes        TEXT,             -- JSON: the message attributes that the sender gave
    sent_at           INTEGER NOT NULL,
    visible_at        INTEGER NOT NULL,
    receive_count     INTEGER NOT NULL DEFAULT 0,
    first_received_at INTEGER
  ) STRICT;
  INSERT INTO messages (id, queue, message_id, body, attributes, sent_at, visible_at, receive_count, first_received_at)
    SELECT id, queue, message_id, body, attributes, sent_at, visible_at, receive_count, first_received_at FROM messages_1;
  DROP TABLE messages_1;
  CREATE INDEX messages_by_visibility ON messages (queue, visible_at, id);
  `,
  `
  CREATE TABLE made_resources (         -- rules and queues that clients made by AWS's APIs
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    definition TEXT NOT NULL,           -- JSON
    PRIMARY KEY (kind, name)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE fifo_messages (          -- of FIFO queues: standard ones pay nothing for them
    sequence          INTEGER PRIMARY KEY AUTOINCREMENT,
    queue             TEXT NOT NULL,
    message_group     TEXT NOT NULL,
    message_id        TEXT NOT NULL,
    deduplication_id  TEXT NOT NULL,
    body              TEXT,             -- or
    event             INTEGER,          -- the archived event whose text the body is
    attributes        TEXT,             -- JSON: the message attributes that the sender gave
    sent_at           INTEGER NOT NULL,
    visible_at        INTEGER NOT NULL,
    receive_count     INTEGER NOT NULL DEFAULT 0,
    first_received_at INTEGER
  ) STRICT;
  CREATE INDEX fifo_messages_by_group ON fifo_messages (queue, message_group, sequence);
  CREATE INDEX fifo_messages_received ON fifo_messages (queue, message_group, visible_at) WHERE receive_count > 0;

  CREATE TABLE fifo_groups (            -- the groups that have messages
    queue         TEXT NOT NULL,
    message_group TEXT NOT NULL,
    free_at       INTEGER NOT NULL,     -- when none of them is in flight and the first is visible
    head          INTEGER NOT NULL,     -- the first one's sequence
    PRIMARY KEY (queue, message_group)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX fifo_groups_by_time ON fifo_groups (queue, free_at, head);

  CREATE TABLE fifo_deduplications (
    deduplication    INTEGER PRIMARY KEY,
    queue            TEXT NOT NULL,
    deduplication_id TEXT NOT NULL,
    message_id       TEXT NOT NULL,
    sequence         INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX fifo_deduplications_by_id ON fifo_deduplications (queue, deduplication_id);
  CREATE INDEX fifo_deduplications_by_expiry ON fifo_deduplications (expires_at);
  `,
  `
  -- Receives that do not bring the message nearer to the dead letters: what they failed of was the store.
  ALTER TABLE messages ADD COLUMN excused INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE fifo_messages ADD COLUMN excused INTEGER NOT NULL DEFAULT 0;
  `,
  `
  CREATE TABLE task_failures (          -- causes of attempts that failed, for operators
    task    INTEGER NOT NULL,
    slot    INTEGER NOT NULL,           -- a later failure in the same slot replaces an earlier one
    failure TEXT NOT NULL,              -- JSON
    PRIMARY KEY (task, slot)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- The tenants of a queue take turns. '' is the common tenant of all messages without one.
  ALTER TABLE messages ADD COLUMN tenant TEXT NOT NULL DEFAULT '';
  DROP INDEX messages_by_visibility;
  CREATE INDEX messages_by_tenant ON messages (queue, tenant, visible_at);
  `,
  `
  -- In a dead-letter queue: the queue from which the message came. StartMessageMoveTask moves the message back there.
  ALTER TABLE messages ADD COLUMN dead_letter_source TEXT;
  ALTER TABLE fifo_messages ADD COLUMN dead_letter_source TEXT;
  `,
  `
  CREATE TABLE task_artifacts (         -- ids of artifacts that an attempt has begun, if the task's row has no room
    task     INTEGER NOT NULL,
    artifact TEXT NOT NULL,
    turn     INTEGER NOT NULL,          -- of the newest attempt that has begun it
    attempt  INTEGER NOT NULL,
    PRIMARY KEY (task, artifact)
  ) STRICT, WITHOUT ROWID;
  ALTER TABLE tasks ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;  -- of the log's entries as JSON
  ALTER TABLE tasks ADD COLUMN artifact_count INTEGER NOT NULL DEFAULT 0;
  UPDATE tasks SET artifact_count = json_array_length(artifacts) WHERE open = 1;
  `,
  `
  -- A client's list, the newest status first. A list of all states merges one range a state. The few open tasks have indexes of their
  -- own, so that a change of a task touches few pages, and an end adds one entry to the large indexes.
  CREATE INDEX open_tasks_of_client ON tasks (owner, agent_id, state, status_at) WHERE open = 1;
  CREATE INDEX open_tasks_of_context ON tasks (owner, agent_id, context_id, state, status_at) WHERE open = 1;
  -- SQLite looks at the row for IS NULL, unless the index has the column.
  CREATE INDEX ended_tasks_of_client ON tasks (owner, agent_id, state, open, status_at) WHERE open IS NULL;
  CREATE INDEX ended_tasks_of_context ON tasks (owner, agent_id, context_id, state, open, status_at) WHERE open IS NULL;
  `,
];

/**
 * "STBK", the application id in SQLite's header (https://sqlite.org/fileformat.html#application_id). It tells a backup
 * from a mesh's own database.
 */
export const BACKUP_ID = 0x5354424b;
