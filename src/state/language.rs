//! Which language a session is shown in.

use guichet_wire::CheckoutSession;

use crate::words::Lang;

/// The first of these that is spoken, else English: what the element itself asks for (`own`), what
/// the shop asked for with the session, what the page around the element is in, what the shop
/// speaks to everybody. Server and browser ask the same.
#[must_use]
pub fn of(own: &str, page: &str, session: Option<&CheckoutSession>) -> Lang {
    let asked = session.and_then(|session| session.locale.as_deref());
    let shop = session.and_then(|session| session.language.as_deref());
    let tags = [Some(own), asked, Some(page), shop];
    Lang::choose(&tags.map(Option::unwrap_or_default))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing;

    #[test]
    fn the_element_goes_before_the_session_the_page_and_the_shop() {
        let mut session = testing::session([]);
        assert_eq!(of("", "", None), Lang::En);
        session.language = Some("fr".into());
        assert_eq!(of("", "", Some(&session)), Lang::Fr);
        assert_eq!(of("", "en-GB", Some(&session)), Lang::En);
        session.locale = Some("fr_FR".into());
        assert_eq!(of("", "en", Some(&session)), Lang::Fr);
        assert_eq!(of("EN", "fr", Some(&session)), Lang::En);
        assert_eq!(of("gsw", "fr", None), Lang::Fr);
    }
}
