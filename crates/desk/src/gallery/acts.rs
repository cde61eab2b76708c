//! The login and what it asks for, and each page by which something is done.

use guichet_domain::money::Currency;

use super::example::{Body, Examples, Outside, at};
use crate::Place;
use crate::kit::{self, Tone};
use crate::pages::{act, again, audit, code, login};
use crate::words::{Act, Deed, Lang, Outcome};

/// The pages for who has not logged in yet.
pub(super) fn outside(lang: Lang, examples: &Examples) -> Vec<Body> {
    let words = &lang.words().login;
    let hostile = examples.0 == Outside::Hostile;
    let name = if hostile {
        examples.0.says("")
    } else {
        "amelie".into()
    };
    let fault = Some(login::Fault::Wrong);
    let sso = "/desk/sso?next=%2Fdesk%2Fpayments";
    // Any picture, as large as that of a secret is.
    let dark = |x: usize, y: usize| (x * 7 + y * 11 + x * y) % 5 < 2;
    let set_up = code::SetUp {
        key: examples.0.says("JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP"),
        picture: (0..37)
            .map(|y| (0..37).map(|x| dark(x, y)).collect())
            .collect(),
    };
    let login = login::view(lang, "/desk/login", Some(sso), ("/desk", &name), fault);
    let code = code::view(lang, "/desk/code", &[], Some(&set_up), None);
    [
        ("login", words.title, login),
        ("code", words.code_title, code),
    ]
    .map(|(name, title, body)| Body {
        name,
        here: None,
        title: title.to_owned(),
        body,
    })
    .into()
}

/// The pages by which something is done.
pub(super) fn inside(lang: Lang, examples: &Examples) -> Vec<Body> {
    let words = lang.words();
    let hidden = [("token", "t0ken")];
    let name = examples.0.says("amelie");
    let again = again::view(lang, "/desk/again", &hidden, &name, None);
    let told = act::told(lang, &examples.done());
    let undone = act::undone(
        lang,
        Act::Refund,
        &examples.0.says(words.acts.meanwhile),
        "/desk/payments/pay_1",
    );
    let refused = kit::notice(
        Tone::Bad,
        (words.login.refused)(guichet_domain::desk::Why::Looks),
        words.login.refused_advice,
    );
    let title = |act| (words.payment.act)(act).to_owned();
    let mut all: Vec<_> = [
        ("again", words.login.again_title.to_owned(), again),
        ("told", title(Act::Refund), told),
        ("undone", title(Act::Refund), undone),
        ("forbidden", title(Act::SeeAudit), refused),
    ]
    .map(|(name, title, body)| Body {
        name,
        here: (name != "again" && name != "forbidden").then_some(Place::Payments),
        title,
        body,
    })
    .into();
    let moves = [Act::Refund, Act::Capture, Act::Cancel].map(|act| Body {
        name: act.path(),
        here: Some(Place::Payments),
        title: title(act),
        body: act::preview(lang, &examples.preview(act)),
    });
    let decisions = [
        (Act::Accept, Place::Payments),
        (Act::Refuse, Place::Payments),
        (Act::Expire, Place::Payments),
        (Act::Ask, Place::Payments),
        (Act::CallOff, Place::Rebillings),
        (Act::Replay, Place::Webhooks),
        (Act::TakeAttention, Place::Attention),
        (Act::EndAttention, Place::Attention),
    ];
    let decisions = decisions.map(|(act, here)| Body {
        name: act.path(),
        here: Some(here),
        title: title(act),
        body: act::decision(lang, &examples.decision(act)),
    });
    all.extend(moves);
    all.extend(decisions);
    all.push(Body {
        name: "audit",
        here: Some(Place::Audit),
        title: words.frame.audit.to_owned(),
        body: audit::view(lang, &examples.audit()),
    });
    all
}

impl Examples {
    fn line(&self, brand: &str, amount: u64, why: &str) -> act::Line {
        act::Line {
            part: self.0.says("593104112"),
            brand: self.0.says(brand),
            amount,
            why: if why.is_empty() {
                String::new()
            } else {
                self.0.says(why)
            },
        }
    }

    fn preview(&self, act: Act) -> act::Preview {
        let hostile = self.0 == Outside::Hostile;
        let never = "no refund with this means of payment (no document knows what paid): look for \
                     the transaction in the back office";
        act::Preview {
            act,
            here: format!("/desk/payments/pay_1/{}", act.path()),
            payment: "/desk/payments/pay_1".into(),
            reference: self.0.says("CMD-2026-1042"),
            contract: self.0.says("up2pay · principal"),
            means: self.0.says("apetiz"),
            currency: Currency::EUR,
            most: (act != Act::Cancel).then_some(2_950),
            typed: self.0.says("29,50"),
            changed: hostile,
            no_amount: hostile,
            amount: 2_950,
            lines: vec![self.line("CB", 2_950, "")],
            gives_up: if act == Act::Capture { 1_250 } else { 0 },
            left_out: match act {
                Act::Refund => vec![self.line("APETIZ", 1_250, never)],
                _ => Vec::new(),
            },
            impossible: None,
            second: act == Act::Cancel,
            hidden: vec![("token", self.0.says("t0ken"))],
            reason: self.0.says("plat manquant"),
            no_reason: hostile,
        }
    }

    fn decision(&self, act: Act) -> act::Decision {
        let meanwhile = act == Act::TakeAttention;
        act::Decision {
            act,
            here: format!("/desk/payments/pay_1/{}", act.path()),
            back: "/desk/payments/pay_1".into(),
            about: self.0.says("CMD-2026-1042"),
            known: if meanwhile {
                self.0.says("benoit s’en occupe maintenant")
            } else {
                String::new()
            },
            hidden: vec![("token", self.0.says("t0ken"))],
            reason: self.0.says(""),
            no_reason: act == Act::EndAttention,
        }
    }

    fn done(&self) -> act::Told {
        act::Told {
            act: Act::Refund,
            here: "/desk/payments/pay_1/refund/ins_1".into(),
            payment: "/desk/payments/pay_1".into(),
            at: at(7, 45),
            currency: Currency::EUR,
            amount: 4_200,
            outcome: Outcome::PartlyDone,
            reason: self.0.says("plat manquant"),
            lines: vec![
                (Outcome::Done, self.line("CB", 2_950, "")),
                (
                    Outcome::Refused,
                    self.line("APETIZ", 1_250, "Transaction non autorisée"),
                ),
            ],
        }
    }

    fn audit(&self) -> audit::Model {
        let done = |minute, what| audit::Done {
            at: at(8, minute),
            person: self.0.says("benoit"),
            what,
            origin: self.0.says("192.0.2.7"),
        };
        let payment = audit::OfPayment {
            act: Act::Refund,
            address: "/desk/payments/pay_1".into(),
            subject: self.0.says("pay_0123456789abcdef0123456789abcdef"),
            amount: Some((2_950, Currency::EUR)),
            reason: self.0.says("plat manquant"),
            undone: Some(self.0.says("Transaction non autorisée")),
            second: Some((self.0.says("amelie"), at(8, 41), true)),
        };
        audit::Model {
            done: vec![
                done(40, audit::What::Payment(payment)),
                done(30, audit::What::Login(Deed::LoggedIn)),
            ],
            refused: false,
            other: "/desk/audit?refused=1".into(),
            payments: Some("/desk/audit?payments=1".into()),
            newest: Some("/desk/audit".into()),
            older: Some("/desk/audit?before=7".into()),
        }
    }
}
