//! The platform's fields for a card: when they come and go, and what follows from their news.

use serde::Serialize as _;
use serde_wasm_bindgen::Serializer;

use super::app::App;
use super::hosted::{News, Opening, Texts};
use super::page::uuid;
use crate::state::action::Action;
use crate::state::entry::{self, Order};
use crate::state::model::Model;

impl App {
    /// Puts the fields on the page that the state asks for, or takes them off.
    pub(super) fn follow_fields(&self) {
        let opened = self.ui.with(|model| {
            let wanted = model.fields_wanted();
            let token = wanted.map(|fields| &fields.session_token);
            if self.shared.open.borrow().as_ref() == token {
                return false;
            }
            self.shared.open.replace(token.cloned());
            match wanted {
                Some(fields) => self.open_fields(fields),
                None => self.shared.page.fields().close(),
            }
            wanted.is_some()
        });
        if opened == Some(true) {
            self.update(Model::fields_opening);
        }
    }

    fn open_fields(&self, fields: &entry::Fields) {
        let words = self.ui.words();
        let opening = Opening {
            url: &fields.sdk_url,
            integrity: fields.integrity.as_deref().unwrap_or_default(),
            token: &fields.session_token,
            brands: &fields.brands,
            lang: self.ui.locale.lang.tag(),
            labels: Texts {
                number: words.card_number,
                expiry: words.card_expiry,
                code: words.card_code,
            },
            empty: Texts {
                number: words.number_empty,
                expiry: words.expiry_empty,
                code: words.code_empty,
            },
            wrong: Texts {
                number: words.number_wrong,
                expiry: words.expiry_wrong,
                code: words.code_wrong,
            },
            refused: words.refusal_not_accepted,
        };
        // Texts and lists of texts can always be written.
        let object = opening.serialize(&Serializer::json_compatible());
        self.shared.page.fields().open(&object.unwrap_or_default());
    }

    /// Asks for a token.
    pub(super) fn read_fields(&self) {
        self.shared.page.fields().read();
    }

    /// The shopper chose a brand.
    pub(super) fn choose_brand(&self, brand: &str) {
        self.change(|model| model.choose_brand(brand));
        self.shared.page.fields().brand(brand);
    }

    /// What the fields have to say.
    pub(super) fn hear(&self, news: News) {
        match news {
            News::Ready => drop(self.change(Model::fields_ready)),
            News::Failed => {
                self.change(Model::fields_failed);
                self.report("fields_failed");
            }
            News::Expired => {
                self.change(Model::entry_expired);
                self.report("fields_expired");
            }
            News::Wrong => drop(self.change(|model| model.fields_unread(true))),
            News::Lost => {
                self.change(|model| model.fields_unread(false));
                self.focus_trouble();
            }
            News::Brands(brands) => {
                let brand = self.change(|model| model.card_brands(brands)).flatten();
                if let Some(brand) = brand {
                    self.shared.page.fields().brand(&brand);
                }
            }
            News::Token(token, brand) => {
                let given = self.change(|model| model.card_given(&token, &brand, uuid()));
                if let Some(given) = given.flatten() {
                    self.send(Order::Continue(given));
                }
            }
            News::Submit => self.act(Action::CardPay),
        }
    }
}
