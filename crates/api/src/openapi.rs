//! The contract, from the code.
//!
//! Handlers say what they take and give. What holds for every operation is added here once: who may call, which
//! refusals there are, the `Idempotency-Key`.

use std::sync::OnceLock;

use utoipa::OpenApi as _;
use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Required};

use crate::error::{ProblemBody, ProblemItem};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "gongdan", version = "1", description = "Tickets from the report to the verified fix."),
    components(schemas(ProblemBody, ProblemItem)),
    security(("session" = []), ("token" = [])),
    tags(
        (name = "session", description = "Signing in and out"),
        (name = "tokens", description = "API tokens"),
        (name = "tickets", description = "Tickets, their story and their acts"),
        (name = "tasks", description = "Open work of a flow"),
        (name = "suggestions", description = "What models propose"),
        (name = "records", description = "Assets, customers, parts, places, articles"),
        (name = "files", description = "Uploads"),
        (name = "messages", description = "The inbox and how people want to be told"),
        (name = "directory", description = "People, units, teams"),
        (name = "definitions", description = "Configuration, versioned"),
        (name = "operation", description = "Numbers, models, jobs, audit"),
        (name = "stream", description = "Live updates"),
        (name = "contract", description = "This page and the codes of refusals")
    )
)]
struct Contract;

/// The whole contract.
pub fn document() -> OpenApi {
    let router = utoipa_axum::router::OpenApiRouter::with_openapi(Contract::openapi());
    let (_, mut document) = router.nest("/api/v1", crate::routes::routes()).split_for_parts();
    add_security(&mut document);
    for (path, item) in &mut document.paths.paths {
        let operations = [
            (HttpMethod::Get, &mut item.get),
            (HttpMethod::Post, &mut item.post),
            (HttpMethod::Put, &mut item.put),
            (HttpMethod::Patch, &mut item.patch),
            (HttpMethod::Delete, &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                complete(path, &method, operation);
            }
        }
    }
    document
}

/// The contract as the text of `openapi.json`.
pub fn document_text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let mut text = document().to_pretty_json().unwrap_or_default();
        text.push('\n');
        text
    })
}

fn add_security(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("__Host-gongdan")));
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    components.add_security_scheme("session", cookie);
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
}

fn complete(path: &str, method: &HttpMethod, operation: &mut Operation) {
    let is_open = operation.security.as_ref().is_some_and(|rules| !rules.is_empty());
    let is_keyed = matches!(method, HttpMethod::Post | HttpMethod::Patch) && !is_open;
    let has_body = operation.request_body.is_some();
    let is_versioned = operation.parameters.as_ref().is_some_and(|parameters| parameters.iter().any(is_version));
    if is_keyed {
        operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
    }
    let refusals = [
        ("400", has_body, "The request is malformed"),
        ("401", true, "Not signed in, or the credential was refused"),
        ("403", !is_open || has_body, "Visible, but not allowed; or the request came from another site"),
        ("404", path.contains('{'), "Not there, or not visible"),
        ("409", is_keyed, "The state of things forbids it, or the same request is still being handled"),
        ("412", is_versioned, "Somebody changed it meanwhile"),
        ("413", has_body, "Too large"),
        ("415", has_body, "Wrong Content-Type"),
        ("422", has_body || operation.parameters.is_some(), "The input is wrong; `errors` says where"),
        ("428", is_versioned, "`If-Match` is missing"),
        ("429", true, "Too many requests; see `Retry-After`"),
        ("500", true, "Our fault"),
    ];
    for (status, applies, description) in refusals {
        let known = operation.responses.responses.contains_key(status);
        if applies && !(known && status != "404") {
            let schema = Ref::from_schema_name("Problem");
            let content = ContentBuilder::new().schema(Some(RefOr::Ref(schema))).build();
            let response =
                ResponseBuilder::new().description(description).content("application/problem+json", content).build();
            operation.responses.responses.insert(status.into(), RefOr::T(response));
        }
    }
}

fn is_version(parameter: &RefOr<Parameter>) -> bool {
    matches!(parameter, RefOr::T(parameter) if parameter.name == "If-Match")
}

fn idempotency_key() -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("Makes a repeated request answer like the first one, for 72 hours"))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).max_length(Some(255)).build()))
        .build()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    fn operations() -> Vec<(String, Value)> {
        let document: Value = serde_json::from_str(document_text()).expect("is JSON");
        let paths = document["paths"].as_object().expect("has paths").clone();
        let mut found = Vec::new();
        for (path, item) in paths {
            for (method, operation) in item.as_object().expect("has methods") {
                found.push((format!("{method} {path}"), operation.clone()));
            }
        }
        found
    }

    #[test]
    fn every_operation_says_what_it_is() {
        let mut names = BTreeSet::new();
        for (place, operation) in operations() {
            let name = operation["operationId"].as_str().expect("has a name").to_owned();
            assert!(names.insert(name.clone()), "{name} is used twice");
            assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{place} has no summary");
            assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{place}");
            let responses = operation["responses"].as_object().expect("has responses");
            for (status, response) in responses {
                let description = response["description"].as_str().unwrap_or_default();
                assert!(!description.is_empty(), "{place} {status} has no description");
            }
            assert!(responses.keys().any(|status| status.starts_with('2')), "{place}");
            assert!(responses.contains_key("500") && responses.contains_key("429"), "{place}");
            assert_eq!(place.contains('{'), responses.contains_key("404"), "{place}");
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let named = |name: &str| parameters.iter().any(|parameter| parameter["name"] == name);
            assert_eq!(named("If-Match"), responses.contains_key("428"), "{place}");
        }
    }

    #[test]
    fn the_contract_is_the_one_that_was_agreed() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi.json");
        let agreed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(agreed == document_text(), "openapi.json differs from the code: run `cargo xtask codegen`");
    }
}
