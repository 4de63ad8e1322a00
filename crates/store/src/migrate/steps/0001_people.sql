CREATE TABLE tenant (
    id {{text}} NOT NULL PRIMARY KEY,
    slug {{text}} NOT NULL,
    name {{text}} NOT NULL,
    settings {{text}} NOT NULL,
    revision {{bigint}} NOT NULL,
    created_at {{bigint}} NOT NULL,
    version {{bigint}} NOT NULL
){{strict}};
CREATE UNIQUE INDEX uq_tenant_slug ON tenant (slug);

CREATE TABLE org_unit (
    tenant_id {{text}} NOT NULL REFERENCES tenant (id),
    id {{text}} NOT NULL,
    parent_id {{text}},
    path {{text}} NOT NULL,
    name {{text}} NOT NULL,
    kind {{text}} NOT NULL,
    head_id {{text}},
    sort {{bigint}} NOT NULL,
    archived {{bigint}} NOT NULL,
    version {{bigint}} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES org_unit (tenant_id, id)
){{strict}};

CREATE TABLE user_account (
    tenant_id {{text}} NOT NULL REFERENCES tenant (id),
    id {{text}} NOT NULL,
    login {{text}} NOT NULL,
    name {{text}} NOT NULL,
    name_pinyin {{text}} NOT NULL,
    email {{text}},
    phone {{text}},
    org_id {{text}},
    password_hash {{text}},
    state {{text}} NOT NULL,
    roles {{text}} NOT NULL,
    profile {{text}} NOT NULL,
    created_at {{bigint}} NOT NULL,
    version {{bigint}} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, org_id) REFERENCES org_unit (tenant_id, id)
){{strict}};
CREATE UNIQUE INDEX uq_user_account_login ON user_account (tenant_id, login);

CREATE TABLE team (
    tenant_id {{text}} NOT NULL REFERENCES tenant (id),
    id {{text}} NOT NULL,
    key {{text}} NOT NULL,
    name {{text}} NOT NULL,
    org_id {{text}},
    version {{bigint}} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, org_id) REFERENCES org_unit (tenant_id, id)
){{strict}};
CREATE UNIQUE INDEX uq_team_key ON team (tenant_id, key);

CREATE TABLE team_member (
    tenant_id {{text}} NOT NULL,
    team_id {{text}} NOT NULL,
    user_id {{text}} NOT NULL,
    PRIMARY KEY (tenant_id, team_id, user_id),
    FOREIGN KEY (tenant_id, team_id) REFERENCES team (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, user_id) REFERENCES user_account (tenant_id, id) ON DELETE CASCADE
){{keyed}};
CREATE INDEX ix_team_member_user ON team_member (tenant_id, user_id);

CREATE TABLE session (
    tenant_id {{text}} NOT NULL,
    id {{text}} NOT NULL,
    user_id {{text}} NOT NULL,
    secret_hash {{text}} NOT NULL,
    created_at {{bigint}} NOT NULL,
    seen_at {{bigint}} NOT NULL,
    expires_at {{bigint}} NOT NULL,
    ip {{text}} NOT NULL,
    agent {{text}} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES user_account (tenant_id, id) ON DELETE CASCADE
){{strict}};
CREATE UNIQUE INDEX uq_session_secret ON session (secret_hash);
CREATE INDEX ix_session_user ON session (tenant_id, user_id);

CREATE TABLE api_token (
    tenant_id {{text}} NOT NULL,
    id {{text}} NOT NULL,
    user_id {{text}} NOT NULL,
    name {{text}} NOT NULL,
    secret_hash {{text}} NOT NULL,
    scopes {{text}} NOT NULL,
    created_at {{bigint}} NOT NULL,
    expires_at {{bigint}} NOT NULL,
    last_used_at {{bigint}},
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES user_account (tenant_id, id) ON DELETE CASCADE
){{strict}};
CREATE UNIQUE INDEX uq_api_token_secret ON api_token (secret_hash);
CREATE INDEX ix_api_token_user ON api_token (tenant_id, user_id);

CREATE TABLE sign_in_link (
    tenant_id {{text}} NOT NULL,
    user_id {{text}} NOT NULL,
    secret_hash {{text}} NOT NULL,
    expires_at {{bigint}} NOT NULL,
    PRIMARY KEY (tenant_id, secret_hash),
    FOREIGN KEY (tenant_id, user_id) REFERENCES user_account (tenant_id, id) ON DELETE CASCADE
){{strict}};
CREATE UNIQUE INDEX uq_sign_in_link_secret ON sign_in_link (secret_hash);

CREATE TABLE sign_in_failure (
    tenant_id {{text}} NOT NULL REFERENCES tenant (id),
    login {{text}} NOT NULL,
    at {{bigint}} NOT NULL,
    failures {{bigint}} NOT NULL,
    PRIMARY KEY (tenant_id, login, at)
){{keyed}};
