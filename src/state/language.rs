//! Which language a session is shown in.

use guichet_wire::CheckoutSession;

use super::locale::Locale;

/// The first of these that is spoken, else English: what the element itself asks for (`own`), what
/// the shop asked for with the session, what the page around the element is in, what the shop
/// speaks to everybody. Server and browser ask the same. The shop's own texts are in it.
#[must_use]
pub fn of(own: &str, page: &str, session: Option<&CheckoutSession>) -> Locale {
    let asked = session.and_then(|session| session.locale.as_deref());
    let shop = session.and_then(|session| session.language.as_deref());
    let tags = [Some(own), asked, Some(page), shop];
    let mut locale = Locale::choose(&tags.map(Option::unwrap_or_default));
    if let Some(own) = session.and_then(|session| session.texts.get(locale.lang.tag())) {
        locale.words = locale.lang.words_with(own);
    }
    locale
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

    #[test]
    fn a_shop_s_own_texts_stand_in_their_places_and_in_their_language_only() {
        let names = Lang::Fr.words().all();
        let pay = names.iter().position(|(name, _)| *name == "pay").unwrap();
        let mut session = testing::session([]);
        let own = [(u16::try_from(pay).unwrap(), "Commander {amount}".to_owned())].into();
        session.texts.insert("fr".into(), own);
        let french = of("fr", "", Some(&session)).words;
        assert_eq!(french.pay, "Commander {amount}");
        assert_eq!(french.choose, Lang::Fr.words().choose);
        let again = of("fr-CA", "", Some(&session)).words;
        assert!(std::ptr::eq(french, again), "made once");
        assert_eq!(of("en", "", Some(&session)).words.pay, Lang::En.words().pay);
    }
}
