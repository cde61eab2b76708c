//! Which language a session is shown in.

use guichet_wire::CheckoutSession;

use super::locale::Locale;

/// The first of these that is spoken, else English: what the element itself asks for (`own`), what
/// the shop asked for with the session, what the page around the element is in, what the shop
/// speaks to everybody. Server and browser ask the same.
#[must_use]
pub fn of(own: &str, page: &str, session: Option<&CheckoutSession>) -> Locale {
    let asked = session.and_then(|session| session.locale.as_deref());
    let shop = session.and_then(|session| session.language.as_deref());
    let tags = [Some(own), asked, Some(page), shop];
    Locale::choose(&tags.map(Option::unwrap_or_default))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing;
    use crate::words::Lang;

    #[test]
    fn the_element_goes_before_the_session_the_page_and_the_shop() {
        let lang = |own, page, session: Option<&CheckoutSession>| of(own, page, session).lang;
        let mut session = testing::session([]);
        assert_eq!(lang("", "", None), Lang::En);
        session.language = Some("fr".into());
        assert_eq!(lang("", "", Some(&session)), Lang::Fr);
        assert_eq!(lang("", "en-GB", Some(&session)), Lang::En);
        session.locale = Some("fr_FR".into());
        assert_eq!(lang("", "en", Some(&session)), Lang::Fr);
        assert_eq!(lang("EN", "fr", Some(&session)), Lang::En);
        assert_eq!(lang("gsw", "fr", None), Lang::Fr);
    }
}
