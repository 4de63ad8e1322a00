CREATE TABLE definition (
    tenant_id {{text}} NOT NULL REFERENCES tenant (id),
    kind {{text}} NOT NULL,
    key {{text}} NOT NULL,
    title {{text}} NOT NULL,
    active_version {{bigint}},
    draft {{text}},
    draft_revision {{bigint}} NOT NULL,
    draft_base {{bigint}},
    draft_by {{text}},
    draft_at {{bigint}},
    archived {{bigint}} NOT NULL,
    version {{bigint}} NOT NULL,
    PRIMARY KEY (tenant_id, kind, key)
){{strict}};

CREATE TABLE definition_version (
    tenant_id {{text}} NOT NULL,
    kind {{text}} NOT NULL,
    key {{text}} NOT NULL,
    version {{bigint}} NOT NULL,
    document {{text}} NOT NULL,
    sha256 {{text}} NOT NULL,
    author {{text}} NOT NULL,
    note {{text}} NOT NULL,
    report {{text}} NOT NULL,
    restored_from {{bigint}},
    created_at {{bigint}} NOT NULL,
    PRIMARY KEY (tenant_id, kind, key, version),
    FOREIGN KEY (tenant_id, kind, key) REFERENCES definition (tenant_id, kind, key)
){{strict}};

CREATE TABLE counter (
    tenant_id {{text}} NOT NULL REFERENCES tenant (id),
    key {{text}} NOT NULL,
    value {{bigint}} NOT NULL,
    PRIMARY KEY (tenant_id, key)
){{keyed}};

CREATE TABLE record (
    tenant_id {{text}} NOT NULL REFERENCES tenant (id),
    id {{text}} NOT NULL,
    type {{text}} NOT NULL,
    form_version {{bigint}} NOT NULL,
    title {{text}} NOT NULL,
    key_text {{text}},
    org_id {{text}},
    parent_id {{text}},
    path {{text}} NOT NULL,
    data {{text}} NOT NULL,
    archived {{bigint}} NOT NULL,
    created_at {{bigint}} NOT NULL,
    updated_at {{bigint}} NOT NULL,
    version {{bigint}} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, org_id) REFERENCES org_unit (tenant_id, id),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES record (tenant_id, id)
){{strict}};
CREATE UNIQUE INDEX uq_record_key ON record (tenant_id, type, key_text);
CREATE INDEX ix_record_title ON record (tenant_id, type, title, id);
CREATE INDEX ix_record_parent ON record (tenant_id, parent_id, title);

CREATE TABLE record_field (
    tenant_id {{text}} NOT NULL,
    record_id {{text}} NOT NULL,
    field {{text}} NOT NULL,
    item {{bigint}} NOT NULL,
    text_value {{text}},
    number_value {{bigint}},
    PRIMARY KEY (tenant_id, record_id, field, item),
    FOREIGN KEY (tenant_id, record_id) REFERENCES record (tenant_id, id) ON DELETE CASCADE
){{keyed}};
CREATE INDEX ix_record_field_text ON record_field (tenant_id, field, text_value, record_id);
CREATE INDEX ix_record_field_number ON record_field (tenant_id, field, number_value, record_id);
