CREATE TABLE flow_instance (
    tenant_id {{text}} NOT NULL,
    id {{text}} NOT NULL,
    ticket_id {{text}} NOT NULL,
    flow_key {{text}} NOT NULL,
    flow_version {{bigint}} NOT NULL,
    state {{text}} NOT NULL,
    status {{text}} NOT NULL,
    started_at {{bigint}} NOT NULL,
    ended_at {{bigint}},
    version {{bigint}} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE
){{strict}};
CREATE INDEX ix_flow_instance_ticket ON flow_instance (tenant_id, ticket_id);

CREATE TABLE task (
    tenant_id {{text}} NOT NULL,
    id {{text}} NOT NULL,
    instance_id {{text}} NOT NULL,
    ticket_id {{text}} NOT NULL,
    local_no {{bigint}} NOT NULL,
    node {{text}} NOT NULL,
    kind {{text}} NOT NULL,
    name {{text}} NOT NULL,
    state {{text}} NOT NULL,
    assignee_id {{text}},
    team_id {{text}},
    due_at {{bigint}},
    outcome {{text}},
    fields {{text}} NOT NULL,
    actions {{text}} NOT NULL,
    claimed_at {{bigint}},
    created_at {{bigint}} NOT NULL,
    done_at {{bigint}},
    done_by {{text}},
    comment {{text}},
    version {{bigint}} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, instance_id) REFERENCES flow_instance (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, assignee_id) REFERENCES user_account (tenant_id, id),
    FOREIGN KEY (tenant_id, team_id) REFERENCES team (tenant_id, id)
){{strict}};
CREATE UNIQUE INDEX uq_task_local_no ON task (tenant_id, instance_id, local_no);
CREATE INDEX ix_task_ticket ON task (tenant_id, ticket_id);
CREATE INDEX ix_task_assignee ON task (tenant_id, assignee_id, created_at) WHERE state = 'open';
CREATE INDEX ix_task_team ON task (tenant_id, team_id, created_at) WHERE state = 'open';

CREATE TABLE task_candidate (
    tenant_id {{text}} NOT NULL,
    task_id {{text}} NOT NULL,
    user_id {{text}} NOT NULL,
    PRIMARY KEY (tenant_id, task_id, user_id),
    FOREIGN KEY (tenant_id, task_id) REFERENCES task (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, user_id) REFERENCES user_account (tenant_id, id) ON DELETE CASCADE
){{keyed}};
CREATE INDEX ix_task_candidate_user ON task_candidate (tenant_id, user_id);

CREATE TABLE sla_clock (
    tenant_id {{text}} NOT NULL,
    ticket_id {{text}} NOT NULL,
    policy {{text}} NOT NULL,
    policy_version {{bigint}} NOT NULL,
    target {{text}} NOT NULL,
    cycle {{bigint}} NOT NULL,
    kind {{text}} NOT NULL,
    state {{text}} NOT NULL,
    started_at {{bigint}} NOT NULL,
    due_at {{bigint}},
    met_at {{bigint}},
    breached_at {{bigint}},
    clock {{text}} NOT NULL,
    PRIMARY KEY (tenant_id, ticket_id, policy, target, cycle),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE
){{strict}};
CREATE INDEX ix_sla_clock_due ON sla_clock (tenant_id, due_at) WHERE state = 'running';
CREATE INDEX ix_sla_clock_started ON sla_clock (tenant_id, started_at, kind, state);

CREATE TABLE sla_step_fired (
    tenant_id {{text}} NOT NULL,
    ticket_id {{text}} NOT NULL,
    policy {{text}} NOT NULL,
    target {{text}} NOT NULL,
    cycle {{bigint}} NOT NULL,
    step {{text}} NOT NULL,
    fired_at {{bigint}} NOT NULL,
    PRIMARY KEY (tenant_id, ticket_id, policy, target, cycle, step),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE
){{keyed}};
