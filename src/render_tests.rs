//! Every face, drawn without a browser.

use guichet_wire::{MethodKind, ShopperQuestion, Status};

use super::*;
use crate::gallery::{self, offers};
use crate::state::action::Action;
use crate::state::testing::{offer, session};
use crate::words::Lang;

const POST: Post<'_> = Post {
    action: "https://pay.example/pay",
    secret: "css_1",
    turn: 2,
};

/// The values of an attribute, wherever it stands.
fn values<'h>(html: &'h str, before: &str) -> Vec<&'h str> {
    let after = html.split(before).skip(1);
    after.filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_face_can_be_drawn_and_whatever_can_be_pressed_on_it_is_an_action() {
    let (mut buttons, mut controls, mut faces) = (vec![], vec![], vec![]);
    for lang in Lang::ALL {
        for (_, model) in gallery::states() {
            let face = model.face().name();
            let html = painted(model, lang.into(), None);
            assert_eq!(values(&html, "data-face=\""), [face]);
            assert!(html.contains(&format!("lang=\"{}\"", lang.tag())));
            faces.push(face.to_owned());
            for name in values(&html, "data-action=\"") {
                assert!(Action::pressed(name, "").is_ok(), "{name} on {face}");
                buttons.push(name.to_owned());
            }
            for input in html.split("<input").skip(1) {
                let tag = input.split('>').next().unwrap_or_default();
                for name in values(tag, " name=\"") {
                    assert!(Action::chosen(name, "", true).is_ok(), "{name} on {face}");
                    controls.push(name.to_owned());
                }
            }
        }
    }
    for (mut seen, expected) in [(buttons, 10), (controls, 3), (faces, 15)] {
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), expected, "{seen:?}");
    }
}

#[test]
fn what_shop_and_platform_wrote_is_text() {
    let mut session = session(offers());
    session.shop = "<img src=x onerror=alert(1)>\"'&".into();
    session.methods[0].method = "\"><script>".into();
    session.methods[1].label = Some("</label><b>".into());
    let html = painted(first(session), Lang::Fr.into(), None);
    for wrong in ["<img", "<script", "<b>", "value=\"\"", "onerror=alert(1)>"] {
        assert!(!html.contains(wrong), "{wrong} in {html}");
    }
    assert!(html.contains("&lt;img src=x onerror=alert(1)&gt;"));
}

#[test]
fn what_has_no_end_is_written_without_one() {
    let html = painted(first(session(offers())), Lang::En.into(), None);
    assert!(html.contains("<input") && !html.contains("</input>"));
}

#[test]
fn an_answer_holds_the_session_and_its_face_and_nothing_in_it_ends_the_script() {
    let mut session = session(offers());
    session.shop = "</script><script>alert(1)</script>".into();
    let html = answer(&session, "", "en", &POST).unwrap();
    let rest = html.split_once("<script type=application/json>").unwrap().1;
    let (json, face) = rest.split_once("</script>").unwrap();
    assert_eq!(
        serde_json::from_str::<CheckoutSession>(json).unwrap(),
        session
    );
    assert!(face.starts_with("<div class=\"checkout\""), "{face}");
    assert!(face.contains("lang=\"en\""));
    assert!(!rest.contains("<script"));
    assert!(
        answer(&session, "fr", "en", &POST)
            .unwrap()
            .contains("lang=\"fr\"")
    );
}

#[test]
fn no_face_makes_a_landmark_of_the_page() {
    for (_, model) in gallery::states() {
        let html = painted(model, Lang::Fr.into(), None);
        for landmark in ["header", "footer", "main", "nav", "aside", "section"] {
            assert!(
                !html.contains(&format!("<{landmark}")),
                "{landmark} in {html}"
            );
        }
    }
}

#[test]
fn markup_is_the_element_with_its_root_its_sheet_and_the_face_of_the_answer() {
    let session = session(offers());
    let post = Post {
        secret: "css_\"&<",
        ..POST
    };
    let style = Style::Link {
        url: "https://pay.example/x.css?a=1&b=\"",
        integrity: "sha384-a+/=",
    };
    let html = markup(&session, "de", &style, &post);
    let (head, rest) = html.split_once("<p ").unwrap();
    let expected = "<guichet-checkout session=\"css_&quot;&amp;&lt;\">\
        <template shadowrootmode=\"open\">\
        <link rel=\"stylesheet\" href=\"https://pay.example/x.css?a=1&amp;b=&quot;\" \
        integrity=\"sha384-a+/=\" crossorigin=\"anonymous\">";
    assert_eq!(head, expected);
    let (region, face) = rest.split_once("</p>").unwrap();
    for told in ["role=\"status\"", "class=\"spoken\"", "lang=\"de\""] {
        assert!(region.contains(told), "{region}");
    }
    let face = face.strip_suffix("</template></guichet-checkout>").unwrap();
    assert!(face.starts_with("<div class=\"checkout\"") && face.contains(" data-painted"));
    assert!(answer(&session, "", "de", &post).unwrap().ends_with(face));
}

#[test]
fn a_printed_element_can_bring_its_sheet_itself() {
    let printed = |nonce: &str| {
        let style = Style::Inline {
            css: "a>b{content:'\"'}",
            nonce,
        };
        markup(&session(offers()), "en", &style, &POST)
    };
    let inside = |html: &str, tag: &str| {
        let root = "<template shadowrootmode=\"open\">";
        html.contains(&[root, tag, "a>b{content:'\"'}</style><p "].concat())
    };
    assert!(inside(&printed(""), "<style>"));
    let odd = printed("\"><script>");
    assert!(
        inside(&odd, "<style nonce=\"&quot;>&lt;script>\">"),
        "{odd}"
    );
    assert!(!odd.contains("<link"), "{odd}");
}

#[test]
fn markup_says_from_the_beginning_what_the_module_would_say() {
    let said = |status: Status| {
        let mut session = session(offers());
        session.status.status = status;
        let style = Style::Link {
            url: "/x.css",
            integrity: "",
        };
        let html = markup(&session, "en", &style, &POST);
        assert!(!html.contains("integrity"), "{html}");
        let region = html.split_once("</p>").unwrap().0;
        let (_, text) = region.split_once("<p ").unwrap().1.split_once('>').unwrap();
        text.split('<').next().unwrap_or_default().to_owned()
    };
    assert_eq!(said(Status::Open), "");
    assert_eq!(said(Status::Paid), Lang::En.words().paid_title);
}

#[test]
fn a_face_that_can_not_be_drawn_is_none() {
    assert_eq!(
        drawn_or_nothing(|| -> String { panic!("a mistake of ours") }),
        None
    );
    assert_eq!(
        drawn_or_nothing(|| "<p>".to_owned()).as_deref(),
        Some("<p>")
    );
}

/// Repetitions of names and sentences are nearly all of it: brotli makes less than a third of it.
#[test]
fn the_answer_with_seven_methods_is_small() {
    let offers = [
        ("card", MethodKind::Card),
        ("apetiz", MethodKind::MealVoucher),
        ("sodexo", MethodKind::MealVoucher),
        ("upchequdej", MethodKind::MealVoucher),
        ("cvconnect", MethodKind::HolidayVoucher),
        ("sogenactif_paypal", MethodKind::Wallet),
        ("up2pay_choice", MethodKind::Choice),
    ];
    let session = session(offers.map(|(method, kind)| offer(method, kind)));
    for lang in ["fr", "en"] {
        let bytes = answer(&session, lang, "", &POST).unwrap().len();
        assert!((4_000..12_000).contains(&bytes), "{bytes} in {lang}");
    }
}

#[test]
fn what_says_nothing_is_empty_so_that_a_style_sheet_hides_it() {
    let mut asked = gallery::open();
    asked.open_ask(
        "pay_1".into(),
        "sogenactif_sepa".into(),
        ShopperQuestion::Iban,
    );
    let html = painted(asked, Lang::En.into(), None);
    for alert in html.split("role=\"alert\"").skip(1) {
        let (_, mut inside) = alert.split_once('>').unwrap();
        // A comment is nothing to a style sheet.
        while let Some(comment) = inside.strip_prefix("<!") {
            inside = match comment.strip_prefix("--") {
                Some(text) => text.split_once("-->").unwrap().1,
                None => comment.split_once('>').unwrap().1,
            };
        }
        assert!(inside.starts_with("</"), "{inside}");
    }
}

#[test]
fn every_button_of_a_face_that_works_without_a_script_is_one_of_a_form() {
    for (_, model) in gallery::states() {
        let face = model.face();
        let html = painted(model, Lang::Fr.into(), Some(POST.plain()));
        let mut parts = html.split("<form");
        let mut outside = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (form, after) = part.split_once("</form>").unwrap();
            outside.push_str(after);
            for needed in [
                "action=\"https://pay.example/pay\"",
                "method=\"post\"",
                "name=\"session\"",
                "value=\"css_1\"",
                "name=\"turn\"",
                "value=\"2\"",
            ] {
                assert!(form.contains(needed), "{needed} on {face:?}: {form}");
            }
            for button in form.split("<button").skip(1) {
                let tag = button.split('>').next().unwrap_or_default();
                assert!(tag.contains("type=\"submit\""), "{tag} on {face:?}");
                assert!(tag.contains("name=\"do\""), "{tag} on {face:?}");
            }
        }
        assert!(!outside.contains("<button"), "{face:?}: {outside}");
    }
}

/// Neither has the path from a constant: the script can't, and the module would be another one.
#[test]
fn the_element_and_the_module_ask_where_the_backend_listens() {
    let (script, calls) = (include_str!("element.js"), include_str!("browser/calls.rs"));
    let path = guichet_wire::PATH;
    assert_eq!(script.matches(&format!("'{path}/session")).count(), 1);
    assert_eq!(calls.matches(&format!("\"{path}/\"")).count(), 1);
    for text in [script, calls] {
        assert_eq!(text.matches("/checkout/").count(), 1);
    }
}
