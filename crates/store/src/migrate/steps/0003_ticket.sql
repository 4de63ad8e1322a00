CREATE TABLE ticket (
    tenant_id {{text}} NOT NULL REFERENCES tenant (id),
    id {{text}} NOT NULL,
    number {{text}} NOT NULL,
    form {{text}} NOT NULL,
    form_version {{bigint}} NOT NULL,
    title {{text}} NOT NULL,
    status {{text}} NOT NULL,
    stage {{text}},
    priority {{bigint}} NOT NULL,
    category {{text}},
    owner_id {{text}},
    team_id {{text}},
    requester_id {{text}},
    org_id {{text}},
    place_id {{text}},
    asset_id {{text}},
    data {{text}} NOT NULL,
    tags {{text}} NOT NULL,
    due_at {{bigint}},
    sla_state {{text}},
    created_at {{bigint}} NOT NULL,
    updated_at {{bigint}} NOT NULL,
    first_response_at {{bigint}},
    solved_at {{bigint}},
    closed_at {{bigint}},
    rating {{bigint}},
    source {{text}} NOT NULL,
    version {{bigint}} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, owner_id) REFERENCES user_account (tenant_id, id),
    FOREIGN KEY (tenant_id, team_id) REFERENCES team (tenant_id, id),
    FOREIGN KEY (tenant_id, requester_id) REFERENCES user_account (tenant_id, id),
    FOREIGN KEY (tenant_id, org_id) REFERENCES org_unit (tenant_id, id),
    FOREIGN KEY (tenant_id, place_id) REFERENCES record (tenant_id, id),
    FOREIGN KEY (tenant_id, asset_id) REFERENCES record (tenant_id, id)
){{strict}};
CREATE UNIQUE INDEX uq_ticket_number ON ticket (tenant_id, number);
CREATE INDEX ix_ticket_created ON ticket (tenant_id, created_at, id);
CREATE INDEX ix_ticket_updated ON ticket (tenant_id, updated_at, id);
CREATE INDEX ix_ticket_status ON ticket (tenant_id, status, created_at, id);
CREATE INDEX ix_ticket_priority ON ticket (tenant_id, priority, id);
CREATE INDEX ix_ticket_due ON ticket (tenant_id, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX ix_ticket_owner ON ticket (tenant_id, owner_id, status, created_at) WHERE owner_id IS NOT NULL;
CREATE INDEX ix_ticket_team ON ticket (tenant_id, team_id, status, created_at) WHERE team_id IS NOT NULL;
CREATE INDEX ix_ticket_requester ON ticket (tenant_id, requester_id, created_at) WHERE requester_id IS NOT NULL;
CREATE INDEX ix_ticket_asset ON ticket (tenant_id, asset_id, created_at) WHERE asset_id IS NOT NULL;
CREATE INDEX ix_ticket_closed ON ticket (tenant_id, closed_at) WHERE closed_at IS NOT NULL;

CREATE TABLE ticket_field (
    tenant_id {{text}} NOT NULL,
    ticket_id {{text}} NOT NULL,
    field {{text}} NOT NULL,
    item {{bigint}} NOT NULL,
    text_value {{text}},
    number_value {{bigint}},
    PRIMARY KEY (tenant_id, ticket_id, field, item),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE
){{keyed}};
CREATE INDEX ix_ticket_field_text ON ticket_field (tenant_id, field, text_value, ticket_id) WHERE text_value IS NOT NULL;
CREATE INDEX ix_ticket_field_number ON ticket_field (tenant_id, field, number_value, ticket_id)
    WHERE number_value IS NOT NULL;

CREATE TABLE ticket_text (
    tenant_id {{text}} NOT NULL,
    ticket_id {{text}} NOT NULL,
    -- Orders hits by the ticket's age, and is the row number in the full-text table of SQLite.
    doc {{bigint}} NOT NULL,
    segmenter {{bigint}} NOT NULL,
    -- only postgres
    words TSVECTOR NOT NULL,
    -- end
    PRIMARY KEY (tenant_id, ticket_id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE
){{strict}};
-- only sqlite
CREATE UNIQUE INDEX uq_ticket_text_doc ON ticket_text (doc);
CREATE VIRTUAL TABLE ticket_search USING fts5(words, content='', contentless_delete=1, tokenize='ascii');
-- end
-- only postgres
ALTER TABLE ticket_text ALTER COLUMN words SET STORAGE MAIN;
CREATE INDEX ix_ticket_text_words ON ticket_text USING GIN (words);
CREATE INDEX ix_ticket_text_tenant_doc ON ticket_text (tenant_id, doc, ticket_id);
-- end

CREATE TABLE ticket_link (
    tenant_id {{text}} NOT NULL,
    from_id {{text}} NOT NULL,
    to_id {{text}} NOT NULL,
    kind {{text}} NOT NULL,
    created_at {{bigint}} NOT NULL,
    PRIMARY KEY (tenant_id, from_id, to_id, kind),
    FOREIGN KEY (tenant_id, from_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, to_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE
){{keyed}};
CREATE INDEX ix_ticket_link_to ON ticket_link (tenant_id, to_id);

CREATE TABLE comment (
    tenant_id {{text}} NOT NULL,
    id {{text}} NOT NULL,
    ticket_id {{text}} NOT NULL,
    author {{text}} NOT NULL,
    visibility {{text}} NOT NULL,
    body {{text}} NOT NULL,
    files {{text}} NOT NULL,
    created_at {{bigint}} NOT NULL,
    edited_at {{bigint}},
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE
){{strict}};
CREATE INDEX ix_comment_ticket ON comment (tenant_id, ticket_id, created_at);

CREATE TABLE file (
    tenant_id {{text}} NOT NULL REFERENCES tenant (id),
    id {{text}} NOT NULL,
    ticket_id {{text}},
    record_id {{text}},
    name {{text}} NOT NULL,
    media_type {{text}} NOT NULL,
    size {{bigint}} NOT NULL,
    sha256 {{text}} NOT NULL,
    blob_key {{text}} NOT NULL,
    created_by {{text}},
    created_at {{bigint}} NOT NULL,
    state {{text}} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, record_id) REFERENCES record (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, created_by) REFERENCES user_account (tenant_id, id)
){{strict}};
CREATE UNIQUE INDEX uq_file_blob ON file (tenant_id, blob_key);
CREATE INDEX ix_file_ticket ON file (tenant_id, ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX ix_file_record ON file (tenant_id, record_id) WHERE record_id IS NOT NULL;
CREATE INDEX ix_file_orphan ON file (created_at) WHERE state = 'new';
