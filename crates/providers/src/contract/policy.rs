//! What a shop's page lets in, where it has a Content-Security-Policy.

/// What a page that shows the widget lets in for a method, beside the backend: sources as a policy
/// writes them, an origin such as `https://pay.example`, `https://*.example`, or a scheme.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PageSources {
    /// Where the platform's script and its frames come from.
    pub fields: Vec<String>,
    /// Where the browser is sent to by a form, and on from there before a page is shown.
    pub forms: Vec<String>,
}
