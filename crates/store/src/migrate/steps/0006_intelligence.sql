CREATE TABLE model (
    tenant_id {{text}} NOT NULL REFERENCES tenant (id),
    id {{text}} NOT NULL,
    task {{text}} NOT NULL,
    target {{text}} NOT NULL,
    number {{bigint}} NOT NULL,
    state {{text}} NOT NULL,
    metrics {{text}} NOT NULL,
    trained_on {{text}} NOT NULL,
    content {{blob}} NOT NULL,
    created_at {{bigint}} NOT NULL,
    PRIMARY KEY (tenant_id, id)
){{strict}};
CREATE UNIQUE INDEX uq_model_active ON model (tenant_id, task, target) WHERE state = 'active';
CREATE INDEX ix_model_target ON model (tenant_id, task, target, number);

CREATE TABLE suggestion (
    tenant_id {{text}} NOT NULL,
    id {{text}} NOT NULL,
    ticket_id {{text}} NOT NULL,
    field {{text}} NOT NULL,
    value {{text}} NOT NULL,
    confidence {{real}} NOT NULL,
    reasons {{text}} NOT NULL,
    model_id {{text}},
    state {{text}} NOT NULL,
    decided_by {{text}},
    decided_at {{bigint}},
    decided_value {{text}},
    created_at {{bigint}} NOT NULL,
    version {{bigint}} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, decided_by) REFERENCES user_account (tenant_id, id),
    FOREIGN KEY (tenant_id, model_id) REFERENCES model (tenant_id, id)
){{strict}};
CREATE INDEX ix_suggestion_ticket ON suggestion (tenant_id, ticket_id, created_at);
CREATE INDEX ix_suggestion_decided ON suggestion (tenant_id, field, decided_at) WHERE decided_at IS NOT NULL;
