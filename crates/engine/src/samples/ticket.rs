//! What the generator tells: one ticket of the past, as a line for `gongdan import tickets`.

use domain::ticket::Status;
use domain::time::Timestamp;
use serde::Serialize;

/// A ticket with its whole story. People are logins, places, devices and parts are codes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SampleTicket {
    /// Identifies the line, so that an import can be repeated.
    pub key: String,
    #[serde(rename = "type")]
    pub form: String,
    pub title: String,
    pub description: String,
    pub category: String,
    /// 1 (low) to 4 (urgent).
    pub priority: u8,
    pub urgency: String,
    pub status: Status,
    pub requester: String,
    pub org: String,
    pub place: String,
    pub spot: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset: Option<String>,
    pub stops_work: bool,
    pub contact: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    pub team: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_response_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub solved_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_taken: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<UsedPart>,
    /// Hours of work with one decimal, as the form takes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating_comment: Option<String>,
    /// The requester came back after the first repair.
    pub reopened: bool,
    pub log: Vec<LogEntry>,
}

/// One comment of the handling log, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogEntry {
    pub at: Timestamp,
    /// Login.
    pub author: String,
    pub visibility: &'static str,
    pub body: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UsedPart {
    pub name: String,
    pub qty: String,
    pub price: String,
}
