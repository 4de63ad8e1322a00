-- What a message is about, and when the bell counts it: never, when only other ways carry it.
ALTER TABLE notification ADD COLUMN topic {{text}};
ALTER TABLE notification ADD COLUMN entry {{text}};
ALTER TABLE notification ADD COLUMN rings_at {{bigint}};
UPDATE notification SET rings_at = created_at, topic = CASE
    WHEN kind LIKE 'sla.%' THEN 'sla'
    WHEN kind = 'task.urged' THEN 'urge'
    WHEN kind LIKE 'task.%' OR kind LIKE 'dispatch.%' THEN 'work'
    ELSE 'notice' END;
-- One entry of the log tells a person one thing once, however often a job runs.
CREATE UNIQUE INDEX uq_notification_entry ON notification (tenant_id, user_id, entry, kind);
CREATE INDEX ix_notification_unread ON notification (tenant_id, user_id, rings_at) WHERE read_at IS NULL;

CREATE TABLE message_choice (
    tenant_id {{text}} NOT NULL,
    user_id {{text}} NOT NULL,
    document {{text}} NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES user_account (tenant_id, id) ON DELETE CASCADE
){{strict}};

CREATE TABLE message_mute (
    tenant_id {{text}} NOT NULL,
    ticket_id {{text}} NOT NULL,
    user_id {{text}} NOT NULL,
    PRIMARY KEY (tenant_id, ticket_id, user_id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, user_id) REFERENCES user_account (tenant_id, id) ON DELETE CASCADE
){{keyed}};

CREATE TABLE message_delivery (
    tenant_id {{text}} NOT NULL,
    notification_id {{text}} NOT NULL,
    channel {{text}} NOT NULL,
    user_id {{text}} NOT NULL,
    due_at {{bigint}} NOT NULL,
    sent_at {{bigint}},
    PRIMARY KEY (tenant_id, notification_id, channel),
    FOREIGN KEY (tenant_id, notification_id) REFERENCES notification (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, user_id) REFERENCES user_account (tenant_id, id) ON DELETE CASCADE
){{strict}};
CREATE INDEX ix_message_delivery_due ON message_delivery (tenant_id, user_id, channel, due_at) WHERE sent_at IS NULL;
