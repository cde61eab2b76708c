//! What the OpenAPI document says beside the handlers and their types.

use guichet_domain::notice::NoticeKind;
use utoipa::openapi::path::{OperationBuilder, PathItem, PathsBuilder};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, HttpMethod, Ref, Required, Response};
use utoipa::{Modify, OpenApi};

use crate::webhooks::message::WebhookMessage;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Guichet",
        description = "The shop's server makes a session and reads the truth from it; the widget \
            does the rest. Amounts are integers of minor units. Errors are problem+json with a \
            stable `code`. A body may have at most 65,536 bytes, a request's first line and \
            headers 32,768, unless the operator says otherwise. Who sends too many requests is \
            answered 429, `too_many_requests`, with a `Retry-After` in seconds: wait that long and \
            send the same request again. By default that is above 200 requests a second for each \
            shop, 50 for each session, and 1 for each session among those that may call a \
            platform; bursts of 1,000, 500 and 40 are taken.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "shop", description = "The shop's server, with its secret key."),
        (name = "widget", description = "The widget, with the session's secret."),
    ),
    components(schemas(WebhookMessage)),
    modifiers(&Schemes, &Webhooks)
)]
struct Document;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_with(Default::default);
        for name in ["shop_key", "session_secret"] {
            let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
            components.add_security_scheme(name, SecurityScheme::Http(scheme));
        }
    }
}

/// What a shop's server is told by itself, by the names of its kinds.
struct Webhooks;

impl Modify for Webhooks {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let mut webhooks = PathsBuilder::new();
        for kind in NoticeKind::ALL {
            let schema = Ref::from_schema_name("WebhookMessage");
            let body = RequestBodyBuilder::new()
                .content("application/json", Content::new(Some(schema)))
                .required(Some(Required::True));
            let taken =
                "Taken. Anything else, and no answer within ten seconds, has it sent again.";
            let post = OperationBuilder::new()
                .summary(Some(kind.describe()))
                .request_body(Some(body.build()))
                .response("2XX", Response::new(taken));
            webhooks = webhooks.path(kind.as_str(), PathItem::new(HttpMethod::Post, post));
        }
        openapi.webhooks = Some(webhooks.build());
    }
}

/// The document, before any route is in it.
pub(super) fn base() -> utoipa::openapi::OpenApi {
    Document::openapi()
}
