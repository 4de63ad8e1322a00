CREATE TABLE draft (
    tenant_id {{text}} NOT NULL,
    user_id {{text}} NOT NULL,
    ticket_id {{text}} NOT NULL,
    visibility {{text}} NOT NULL,
    body {{text}} NOT NULL,
    files {{text}} NOT NULL,
    -- Set while the text is held before it is sent; taking it back empties this.
    send_at {{bigint}},
    updated_at {{bigint}} NOT NULL,
    version {{bigint}} NOT NULL,
    PRIMARY KEY (tenant_id, user_id, ticket_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES user_account (tenant_id, id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE
){{strict}};
CREATE INDEX ix_draft_ticket ON draft (tenant_id, ticket_id);
