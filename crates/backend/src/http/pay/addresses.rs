//! The addresses of these pages.

use guichet_domain::id::SessionId;
use url::form_urlencoded;

use crate::app::App;
use crate::paths::PAY;

/// Where a form of the checkout is sent to.
pub(crate) fn form_action(app: &App) -> String {
    format!("{}{PAY}", app.config.public_url)
}

/// The address that opens a session's page once.
pub(crate) fn link(app: &App, session: &SessionId, token: &str) -> String {
    format!("{}/link/{token}", address(app, session, &[]))
}

/// The address of a session's page.
pub(crate) fn address(app: &App, session: &SessionId, query: &[(&str, &str)]) -> String {
    let page = format!("{}/{session}", form_action(app));
    if query.is_empty() {
        return page;
    }
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    pairs.extend_pairs(query);
    format!("{page}?{}", pairs.finish())
}
