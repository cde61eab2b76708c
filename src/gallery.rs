//! The gallery: every face, in every language and in both themes, on one page without a backend.
//! It is drawn by the server's view, for developers, and is no part of the module.

use guichet_wire::{
    Bank, MethodKind, MethodOffer, PartKind, PartStatus, PartView, Refusal, SavedCard,
    ShopperQuestion, Status, TerminalView, Unavailable,
};

use crate::render::painted;
use crate::state::entry::Fields;
use crate::state::face::{Choice, Outage, PressStep, Trouble};
use crate::state::model::Model;
use crate::state::testing::{OUTAGES, STATUSES, offer, payment, session};
use crate::words::Lang;

/// The page around the faces.
const PAGE: &str = include_str!("gallery.html");
const SHEET: &str = include_str!("widget.css");

pub(crate) fn offers() -> Vec<MethodOffer> {
    let mut below = offer("apetiz", MethodKind::MealVoucher);
    below.unavailable = Some(Unavailable::BelowMinimum { minimum: 100 });
    let mut card = offer("sogenactif_card", MethodKind::Card);
    (card.embedded, card.saved_cards, card.can_save) = (true, true, true);
    let mut sodexo = offer("sodexo", MethodKind::MealVoucher);
    sodexo.eligible_amount = Some(3000);
    vec![card, below, sodexo]
}

pub(crate) fn open() -> Model {
    let mut model = Model::default();
    model.take(session(offers()));
    model
}

fn with_status(status: Status) -> Model {
    let mut session = session(offers());
    session.status.status = status;
    session.status.open_elsewhere = status == Status::Pending;
    let mut seen = payment("pay_1", "sodexo", status);
    seen.voucher_may_be_held = status == Status::Incomplete;
    seen.surplus = status == Status::Paid;
    seen.refusal = (status == Status::Refused).then_some(Refusal::Funds);
    seen.parts.push(PartView {
        kind: PartKind::Voucher,
        brand: "SODEXO".into(),
        amount: 1200,
        status: PartStatus::Accepted,
    });
    session.status.payment = Some(seen);
    let mut model = Model::default();
    model.take(session);
    model
}

fn with_saved_cards() -> Model {
    let card = |name: &str, digits: &str| SavedCard {
        method: "sogenactif_card".into(),
        card: name.into(),
        brand: "VISA".into(),
        last_digits: digits.into(),
        expires: Some("2030-01".into()),
    };
    let mut model = open();
    model.take_cards(vec![card("one", "4242"), card("two", "0005")]);
    model
}

fn typed() -> Model {
    let mut model = open();
    model.open_card("pay_1".into(), "sogenactif_card".into(), Fields::default());
    model.fields_ready();
    model.card_brands(vec!["CB".into(), "VISA".into()]);
    model
}

fn asked(question: ShopperQuestion) -> Model {
    let mut model = open();
    model.open_ask("pay_1".into(), "sogenactif_ideal".into(), question);
    model
}

fn outage(outage: Outage) -> &'static str {
    match outage {
        Outage::Offline => "offline",
        Outage::Broken => "broken",
        Outage::Failing => "broken-failing",
        Outage::Late => "expired-late",
    }
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Open => "choosing",
        Status::Pending => "waiting",
        Status::Authorised => "authorised",
        Status::Paid => "paid-with-surplus",
        Status::Refused => "refused",
        Status::Cancelled => "cancelled",
        Status::Incomplete => "incomplete",
        Status::Expired => "expired",
    }
}

/// A state for every face, and for every part that can be seen or pressed, each with a name.
#[must_use]
pub fn states() -> Vec<(&'static str, Model)> {
    let mut all = Vec::new();
    for status in STATUSES {
        all.push((status_name(status), with_status(status)));
    }
    all.push(("loading", Model::default()));
    for one in OUTAGES {
        let outage_of = Some(one);
        let model = Model {
            outage: outage_of,
            ..open()
        };
        all.push((outage(one), model));
    }
    for (name, step) in [
        ("choosing-confirming", PressStep::Confirming),
        ("choosing-busy", PressStep::Starting),
        ("leaving", PressStep::Leaving),
    ] {
        all.push((name, Model { step, ..open() }));
    }
    let trouble = Some(Trouble::ChooseFirst);
    all.push(("choosing-trouble", Model { trouble, ..open() }));
    let mut anyway = with_status(Status::Pending);
    anyway.anyway = true;
    all.push(("choosing-open-elsewhere", anyway));
    let mut terminal = with_status(Status::Pending);
    if let Some(session) = &mut terminal.session
        && let Some(payment) = &mut session.status.payment
    {
        payment.parts.clear();
        payment.terminal = Some(TerminalView {
            name: "Caisse 1".into(),
            until: 0,
            minutes: 7,
            says: None,
        });
    }
    all.push(("waiting-terminal", terminal));
    let mut elsewhere = open();
    if let Some(session) = &mut elsewhere.session {
        session.status.paid_elsewhere = true;
    }
    all.push(("paid-elsewhere", elsewhere));
    all.push(("choosing-saved-cards", with_saved_cards()));
    let mut removing = with_saved_cards();
    removing.ask_removal(Choice::from("sogenactif_card/one"));
    all.push(("choosing-removal", removing));
    all.push(("card", typed()));
    let bank = Bank {
        code: "B".into(),
        name: "Banque de la Halle".into(),
    };
    all.push(("ask-iban", asked(ShopperQuestion::Iban)));
    all.push((
        "ask-bank",
        asked(ShopperQuestion::Bank { banks: vec![bank] }),
    ));
    all
}

/// The page. What stands in it is text of ours, and needs nothing from anywhere.
#[must_use]
pub fn page() -> String {
    let mut faces = String::new();
    for lang in Lang::ALL {
        for (name, model) in states() {
            let tag = lang.tag();
            let face = painted(model, lang.into(), None);
            let open = format!("<template data-name=\"{name}\" data-lang=\"{tag}\">");
            faces.extend([&*open, &face, "</template>\n"]);
        }
    }
    PAGE.replace("/* sheet */", SHEET)
        .replace("<!-- faces -->", &faces)
}
