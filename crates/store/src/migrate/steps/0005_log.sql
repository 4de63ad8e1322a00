CREATE TABLE event (
    tenant_id {{text}} NOT NULL,
    seq {{bigint}} NOT NULL,
    id {{text}} NOT NULL,
    at {{bigint}} NOT NULL,
    kind {{text}} NOT NULL,
    actor {{text}} NOT NULL,
    ticket_id {{text}},
    subject {{text}},
    data {{text}} NOT NULL,
    hash {{blob}} NOT NULL,
    PRIMARY KEY (tenant_id, seq)
){{strict}};
CREATE INDEX ix_event_ticket ON event (tenant_id, ticket_id, seq) WHERE ticket_id IS NOT NULL;

CREATE TABLE event_head (
    tenant_id {{text}} NOT NULL PRIMARY KEY REFERENCES tenant (id),
    seq {{bigint}} NOT NULL,
    hash {{blob}} NOT NULL
){{keyed}};

CREATE TABLE job (
    tenant_id {{text}} NOT NULL REFERENCES tenant (id),
    id {{text}} NOT NULL,
    kind {{text}} NOT NULL,
    payload {{text}} NOT NULL,
    state {{text}} NOT NULL,
    run_at {{bigint}} NOT NULL,
    attempts {{bigint}} NOT NULL,
    max_attempts {{bigint}} NOT NULL,
    lease_until {{bigint}},
    lease_owner {{text}},
    dedup_key {{text}},
    last_error {{text}},
    created_at {{bigint}} NOT NULL,
    finished_at {{bigint}},
    PRIMARY KEY (tenant_id, id)
){{strict}};
CREATE UNIQUE INDEX uq_job_dedup ON job (tenant_id, dedup_key) WHERE state = 'ready';
CREATE INDEX ix_job_ready ON job (run_at, id) WHERE state = 'ready';
CREATE INDEX ix_job_lease ON job (lease_until) WHERE state = 'running';
CREATE INDEX ix_job_finished ON job (tenant_id, state, finished_at);

CREATE TABLE idempotency (
    tenant_id {{text}} NOT NULL REFERENCES tenant (id),
    actor {{text}} NOT NULL,
    route {{text}} NOT NULL,
    key {{text}} NOT NULL,
    body_hash {{text}} NOT NULL,
    status {{bigint}},
    response {{text}},
    created_at {{bigint}} NOT NULL,
    PRIMARY KEY (tenant_id, actor, route, key)
){{strict}};
CREATE INDEX ix_idempotency_created ON idempotency (created_at);

CREATE TABLE notification (
    tenant_id {{text}} NOT NULL,
    id {{text}} NOT NULL,
    user_id {{text}} NOT NULL,
    ticket_id {{text}},
    kind {{text}} NOT NULL,
    data {{text}} NOT NULL,
    created_at {{bigint}} NOT NULL,
    read_at {{bigint}},
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES user_account (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE
){{strict}};
CREATE INDEX ix_notification_user ON notification (tenant_id, user_id, created_at, id);

CREATE TABLE import_run (
    tenant_id {{text}} NOT NULL REFERENCES tenant (id),
    id {{text}} NOT NULL,
    state {{text}} NOT NULL,
    mapping {{text}} NOT NULL,
    source {{text}} NOT NULL,
    total {{bigint}},
    done {{bigint}} NOT NULL,
    failed {{bigint}} NOT NULL,
    position {{bigint}} NOT NULL,
    created_by {{text}} NOT NULL,
    created_at {{bigint}} NOT NULL,
    updated_at {{bigint}} NOT NULL,
    version {{bigint}} NOT NULL,
    PRIMARY KEY (tenant_id, id)
){{strict}};

-- Rows that came in, by the key their mapping names, so that an import can be repeated.
CREATE TABLE import_row (
    tenant_id {{text}} NOT NULL REFERENCES tenant (id),
    key {{text}} NOT NULL,
    PRIMARY KEY (tenant_id, key)
){{keyed}};

CREATE TABLE import_error (
    tenant_id {{text}} NOT NULL,
    import_id {{text}} NOT NULL,
    row_no {{bigint}} NOT NULL,
    code {{text}} NOT NULL,
    message {{text}} NOT NULL,
    raw {{text}} NOT NULL,
    PRIMARY KEY (tenant_id, import_id, row_no),
    FOREIGN KEY (tenant_id, import_id) REFERENCES import_run (tenant_id, id) ON DELETE CASCADE
){{strict}};
