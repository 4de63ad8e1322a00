//! Who calls: the credential of a request and what it stands for.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use engine::Ctx;
use engine::people::{self, Purpose};

use crate::app::{App, Settings};
use crate::error::ApiError;
use crate::layers::guard::Authenticated;

/// What a client proves itself with.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Credential {
    /// Secret of the session cookie.
    Session(String),
    /// Secret of an API token.
    Token(String),
}

/// Somebody known, and the context of this one call.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) ctx: Ctx,
    pub(crate) known: Arc<people::Caller>,
    pub(crate) credential: Credential,
}

impl Caller {
    /// The caller behind a credential.
    pub(crate) async fn find(
        app: &App,
        credential: &Credential,
        language: &str,
        request_id: &str,
    ) -> Result<Self, ApiError> {
        let now = app.now();
        let (purpose, secret) = match credential {
            Credential::Session(secret) => (Purpose::Session, secret),
            Credential::Token(secret) => (Purpose::Token, secret),
        };
        let known = people::authenticate(app.engine(), purpose, secret, now).await?;
        let ctx = Ctx::new(known.tenant, known.actor.clone(), known.access.clone(), now, app.seed());
        let ctx = ctx.with_request(language, request_id);
        Ok(Self { ctx, known: Arc::new(known), credential: credential.clone() })
    }

    /// The same caller as of now, for streams that outlive their request; refused when access has ended.
    pub(crate) async fn again(&self, app: &App) -> Result<Self, ApiError> {
        Self::find(app, &self.credential, self.ctx.language(), self.ctx.request_id()).await
    }

    /// How a ticket came in.
    pub(crate) fn source(&self) -> &'static str {
        match self.credential {
            Credential::Session(_) => "web",
            Credential::Token(_) => "api",
        }
    }

    /// Everything one person or token does counts together.
    pub(crate) fn limit_key(&self) -> String {
        self.ctx.actor().id.clone()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        match parts.extensions.get::<Authenticated>() {
            Some(Authenticated(found)) => found.clone(),
            None => Err(ApiError::new("access.sign_in_required")),
        }
    }
}

/// Name of the session cookie; the prefix makes browsers insist on TLS, path and host.
pub(crate) fn cookie_name(settings: &Settings) -> &'static str {
    if settings.secure_cookie { "__Host-gongdan" } else { "gongdan" }
}

/// The credential of a request. A bearer token wins: a program that sends one means it.
pub(crate) fn credential(headers: &HeaderMap, settings: &Settings) -> Option<Credential> {
    if let Some(Ok(value)) = headers.get(header::AUTHORIZATION).map(|value| value.to_str()) {
        let (scheme, token) = value.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| Credential::Token(token.trim().into()));
    }
    let name = cookie_name(settings);
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, secret) = pairs.find(|(found, _)| *found == name)?;
    Some(Credential::Session(secret.to_owned()))
}

/// `zh` or `en`, by the first of the two that `Accept-Language` names.
pub(crate) fn language_of(headers: &HeaderMap) -> &'static str {
    let Some(Ok(value)) = headers.get(header::ACCEPT_LANGUAGE).map(|value| value.to_str()) else {
        return "zh";
    };
    for entry in value.split(',') {
        let tag = entry.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match tag.split('-').next() {
            Some("zh") => return "zh",
            Some("en") => return "en",
            _ => {}
        }
    }
    "zh"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().expect("a header"));
        }
        headers
    }

    #[test]
    fn the_credential_is_found_where_it_may_be() {
        let secure = Settings::default();
        let plain = Settings { secure_cookie: false, ..Settings::default() };
        let session = |secret: &str| Some(Credential::Session(secret.into()));
        let token = |secret: &str| Some(Credential::Token(secret.into()));
        for (pairs, expected) in [
            (vec![("cookie", "a=b; __Host-gongdan=s1; c=d")], session("s1")),
            (vec![("cookie", "a=b"), ("cookie", "__Host-gongdan=s1")], session("s1")),
            (vec![("cookie", "gongdan=s1; x__Host-gongdan=s2")], None),
            (vec![("authorization", "Bearer t1"), ("cookie", "__Host-gongdan=s1")], token("t1")),
            (vec![("authorization", "bearer t1")], token("t1")),
            (vec![("authorization", "Basic eDp5"), ("cookie", "__Host-gongdan=s1")], None),
            (vec![], None),
        ] {
            assert!(credential(&headers(&pairs), &secure) == expected, "{pairs:?}");
        }
        assert!(credential(&headers(&[("cookie", "gongdan=s1")]), &plain) == session("s1"));
    }

    #[test]
    fn the_first_language_we_speak_counts() {
        for (value, expected) in [("en-GB,zh;q=0.8", "en"), ("fr, zh-CN", "zh"), ("fr", "zh"), ("EN", "en"), ("", "zh")]
        {
            assert_eq!(language_of(&headers(&[("accept-language", value)])), expected, "{value}");
        }
        assert_eq!(language_of(&HeaderMap::new()), "zh");
    }
}
