//! What can go wrong between a command and its rows.

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("there is no such row")]
    NotFound,
    /// A constraint of the schema stands against the write.
    #[error("the write collides with {0:?}")]
    Conflict(Constraint),
    /// The row has another version than the one that was read.
    #[error("the row changed since it was read")]
    Stale,
    /// Trying again later can help.
    #[error("the database does not answer")]
    Unavailable(#[source] Cause),
    /// The data or the schema is not what this program wrote.
    #[error("the database holds something unexpected: {0}")]
    Corrupt(String),
    /// The program used the store in a way that it does not allow.
    #[error("the store refused: {0}")]
    Refused(Refusal),
}

/// What lies below an error, of whichever driver.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What a transaction body must not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the body waited for something other than the database")]
    Waited,
    #[error("the body panicked: {0}")]
    Panicked(String),
    #[error("a statement failed before, so nothing more can run in this transaction")]
    Failed,
    #[error("a read wrote")]
    ReadOnly,
    #[error("the transaction belongs to no tenant")]
    NoTenant,
    #[error("the statement is wrong: {0}")]
    Statement(String),
    #[error("SQLite {found} is too old; 3.51.3 is the first that counts as safe here")]
    SqliteTooOld { found: String },
    #[error("PostgreSQL {found} is too old; 15 is the first that is supported")]
    PostgresTooOld { found: String },
    #[error("the database address is wrong: {0}")]
    Address(String),
    #[error("the database has schema {found}, this program knows up to {known}")]
    NewerSchema { found: i64, known: i64 },
    #[error("schema step {0} differs from the one that was applied")]
    ChangedStep(i64),
}

macro_rules! constraints {
    ($($(#[$doc:meta])* $variant:ident = $name:literal on $columns:literal;)*) => {
        /// A rule of the schema that a write can break, named after its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Constraint {
            $($(#[$doc])* $variant,)*
            /// The id exists already.
            Id,
            /// The row points to one that does not exist, or is still pointed to.
            Reference,
            /// A value outside its range, or missing.
            Value,
        }

        impl Constraint {
            /// Every unique index: the variant, its name, and its columns as SQLite prints them.
            pub const UNIQUE: &[(Self, &'static str, &'static str)] = &[$((Self::$variant, $name, $columns)),*];
        }
    };
}

constraints! {
    TenantSlug = "uq_tenant_slug" on "tenant.slug";
    UserLogin = "uq_user_account_login" on "user_account.tenant_id, user_account.login";
    TeamKey = "uq_team_key" on "team.tenant_id, team.key";
    TicketNumber = "uq_ticket_number" on "ticket.tenant_id, ticket.number";
    SessionSecret = "uq_session_secret" on "session.secret_hash";
    TokenSecret = "uq_api_token_secret" on "api_token.secret_hash";
    SignInLinkSecret = "uq_sign_in_link_secret" on "sign_in_link.secret_hash";
    TaskNumber = "uq_task_local_no" on "task.tenant_id, task.instance_id, task.local_no";
    LiveJob = "uq_job_dedup" on "job.tenant_id, job.dedup_key";
    FileBlob = "uq_file_blob" on "file.tenant_id, file.blob_key";
    RecordKey = "uq_record_key" on "record.tenant_id, record.type, record.key_text";
    NotificationEntry = "uq_notification_entry" on "notification.tenant_id, notification.user_id, notification.entry, notification.kind";
    ActiveModel = "uq_model_active" on "model.tenant_id, model.task, model.target";
}

impl StoreError {
    pub(crate) fn unavailable(cause: impl Into<Cause>) -> Self {
        Self::Unavailable(cause.into())
    }

    pub(crate) fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt(what.into())
    }
}

/// Turns "no rows changed" of a versioned update into [`StoreError::Stale`].
pub(crate) fn require_one(changed: u64) -> Result<(), StoreError> {
    match changed {
        1 => Ok(()),
        0 => Err(StoreError::Stale),
        more => Err(StoreError::Corrupt(format!("{more} rows share one id"))),
    }
}

impl StoreError {
    /// Whether `constraint` stands against the write.
    pub fn is_conflict(&self, constraint: Constraint) -> bool {
        matches!(self, Self::Conflict(found) if *found == constraint)
    }
}
