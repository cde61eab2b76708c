//! One Office call that passed the seal, and what its method may say.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::books::{CaptureMode, Mean, Status, Transaction, TxId};
use super::cards::Card;
use super::merchants::{IdMode, Merchant};
use super::world::{Choice, Journey, Kind, PaymentToken, World, opaque};

/// Names and values of an answer.
pub(crate) type Fields = Map<String, Value>;

/// A method's answer: its fields, or a code with the field at fault.
pub(crate) type Outcome = Result<Fields, Refusal>;

/// Why a call is not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    /// `errorFieldName`, with codes 12 and 30.
    pub(crate) field: Option<String>,
    /// `newStatus`, with code 24: the state that forbids it.
    pub(crate) status: Option<&'static str>,
}

impl From<&'static str> for Refusal {
    fn from(code: &'static str) -> Self {
        Self {
            code,
            field: None,
            status: None,
        }
    }
}

/// 24: the transaction's state forbids it.
pub(crate) fn impossible(status: Status) -> Refusal {
    Refusal {
        status: Some(status.name()),
        ..Refusal::from("24")
    }
}

/// 12: a field is missing, or its value can't be.
pub(crate) fn invalid(field: &str) -> Refusal {
    Refusal {
        field: Some(field.to_owned()),
        ..Refusal::from("12")
    }
}

/// 30: a field has a wrong format.
pub(crate) fn malformed(field: &str) -> Refusal {
    Refusal {
        field: Some(field.to_owned()),
        ..Refusal::from("30")
    }
}

/// Adds a field to an answer.
pub(crate) fn put(fields: &mut Fields, name: &str, value: impl Into<Value>) {
    fields.insert(name.to_owned(), value.into());
}

/// Adds a field that may be absent.
pub(crate) fn put_some(fields: &mut Fields, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        put(fields, name, value);
    }
}

/// An instant as the platform writes it.
pub(crate) fn written(at: Timestamp) -> String {
    crate::clock::in_paris(at)
        .strftime("%Y-%m-%dT%H:%M:%S%:z")
        .to_string()
}

/// One call.
pub(crate) struct Call<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) merchant: &'static Merchant,
    /// The method's name.
    pub(crate) method: &'static str,
    /// Null values left out, numbers as text.
    pub(crate) body: &'a Map<String, Value>,
    /// `http://127.0.0.1:PORT`, where the pages are.
    pub(crate) pages: &'a str,
    /// The other host name, where the hosted fields are.
    pub(crate) frames: &'a str,
    /// The transaction that the call makes or names.
    pub(crate) id: Option<TxId>,
}

impl Call<'_> {
    /// A field's text; none when it is absent or empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        text(self.body, name)
    }

    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// A mandatory field; its presence was checked.
    pub(crate) fn needed(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name).ok_or_else(|| invalid(name))
    }

    /// A field of a container.
    pub(crate) fn inner(&self, container: &str, name: &str) -> Option<&str> {
        text(self.body.get(container)?.as_object()?, name)
    }

    pub(crate) fn number(&self, name: &str) -> Result<u64, Refusal> {
        self.needed(name)?.parse().map_err(|_| malformed(name))
    }

    /// The identity of the transaction that the call makes or names.
    pub(crate) fn id(&self) -> Result<TxId, Refusal> {
        self.id
            .clone()
            .ok_or_else(|| invalid("transactionReference"))
    }

    /// The transaction that the call names: 25 when there is none.
    pub(crate) fn transaction(&mut self) -> Result<&mut Transaction, Refusal> {
        let id = self.id()?;
        self.world
            .find_mut(self.merchant.id, &id)
            .ok_or_else(|| "25".into())
    }

    /// Writes that the call changed the transaction it names.
    pub(crate) fn acted(&mut self) {
        let (now, name) = (self.world.now(), self.method);
        if let Ok(transaction) = self.transaction() {
            transaction.last_operation_name = name;
            transaction.last_operation_date_time = now;
            *transaction.acts.entry(name).or_default() += 1;
        }
    }

    /// A new line for the books, not yet in them.
    pub(crate) fn draft(&self, mean: Mean, brand: &str) -> Result<Transaction, Refusal> {
        let mode = self.text("captureMode").and_then(CaptureMode::named);
        let mode = mode.unwrap_or(CaptureMode::AuthorCapture);
        // Without a day, an authorisation that waits for its validation is kept six days.
        let usual = if mode == CaptureMode::Validation {
            6
        } else {
            0
        };
        let day = self
            .text("captureDay")
            .and_then(|day| day.parse().ok())
            .unwrap_or(usual);
        let amount = self.number("amount")?;
        let now = self.world.now();
        Ok(Transaction {
            merchant_id: self.merchant.id.to_owned(),
            id: self.id()?,
            origin: self.method,
            status: Status::ToAuthorize,
            code: "60".to_owned(),
            acquirer: None,
            amount,
            current: amount,
            refunded: 0,
            currency: self.needed("currencyCode")?.to_owned(),
            capture_mode: mode,
            capture_day: day,
            brand: brand.to_owned(),
            selection: "NOT_APPLICABLE",
            authent: None,
            authorisation: None,
            from: None,
            order_id: self.owned("orderId"),
            customer_id: self.owned("customerId"),
            customer_ip_address: self.owned("customerIpAddress"),
            return_context: self.owned("returnContext"),
            order_channel: self.owned("orderChannel"),
            payment_pattern: self.owned("paymentPattern"),
            score_color: "GREEN",
            last_operation_name: self.method,
            last_operation_date_time: now,
            made: now,
            mean,
            wallet: self.text("paymentMeanId").is_some(),
            token: None,
            due: self.world.day(day),
            calls: std::iter::once((self.method, 1)).collect(),
            acts: std::iter::once((self.method, 1)).collect(),
        })
    }

    /// The card that a call names: by `paymentToken`, or by `cardNumber` with panType TOKEN_PAN.
    ///
    /// A clear or encrypted number answers 40: these shops have no right to it.
    pub(crate) fn card(&self) -> Result<(Card, Option<String>), Refusal> {
        if let Some(name) = self.text("paymentToken") {
            let token = self.payment_token(name)?;
            let card = token.card.clone().ok_or("14")?;
            return Ok((card, token.brand.clone()));
        }
        match (self.text("cardNumber"), self.text("panType")) {
            (Some(pan), Some("TOKEN_PAN")) => {
                let key = (self.merchant.id.to_owned(), pan.to_owned());
                let card = self.world.pans.get(&key).cloned().ok_or("14")?;
                Ok((card, None))
            }
            (Some(_), _) => Err("40".into()),
            (None, _) => Err(invalid("paymentToken")),
        }
    }

    /// Lets a card be named by its `tokenPan` from now on.
    pub(crate) fn remember(&mut self, card: &Card) {
        let merchant = self.merchant.id;
        let key = (merchant.to_owned(), card.token_pan(merchant));
        self.world.pans.insert(key, card.clone());
    }

    fn payment_token(&self, name: &str) -> Result<&PaymentToken, Refusal> {
        let token =
            self.world.tokens.get(name).filter(|token| {
                token.merchant == self.merchant.id && !self.world.too_late(token.made)
            });
        token.ok_or_else(|| invalid("paymentToken"))
    }

    /// Sends the shopper to a page: its address, `redirectionData` and `messageVersion`.
    pub(crate) fn redirect(&mut self, kind: Kind) -> Result<Fields, Refusal> {
        self.redirect_with(kind, |_| {})
    }

    /// The same with more known of the journey.
    pub(crate) fn redirect_with(
        &mut self,
        kind: Kind,
        know: impl FnOnce(&mut Journey),
    ) -> Result<Fields, Refusal> {
        let mut journey = self.journey(kind, self.needed("merchantReturnUrl")?.to_owned());
        know(&mut journey);
        let name = crate::ids::random_id();
        let folder = if kind == Kind::Acs { "acs" } else { "externe" };
        let mut fields = Fields::new();
        put(
            &mut fields,
            "redirectionUrl",
            format!("{}/sogenactif/{folder}/{name}", self.pages),
        );
        put(&mut fields, "redirectionData", journey.data.as_str());
        put(&mut fields, "redirectionStatusCode", "00");
        put(&mut fields, "messageVersion", version(kind));
        self.world.journeys.insert(name, journey);
        Ok(fields)
    }

    /// An authentication without a page: `redirectionData` and `messageVersion` only.
    pub(crate) fn no_redirect(&mut self, authent: super::books::Authent) -> Fields {
        let mut journey = self.journey(Kind::Acs, String::new());
        journey.choice = Some(Choice::Success);
        journey.authent = Some(authent);
        let mut fields = Fields::new();
        let enrolled = authent != super::books::Authent::NotEnrolled;
        put(
            &mut fields,
            "redirectionStatusCode",
            if enrolled { "00" } else { "01" },
        );
        put(&mut fields, "redirectionData", journey.data.as_str());
        put(&mut fields, "messageVersion", version(Kind::Acs));
        self.world.journeys.insert(crate::ids::random_id(), journey);
        fields
    }

    fn journey(&self, kind: Kind, return_url: String) -> Journey {
        Journey {
            kind,
            merchant: self.merchant.id,
            transaction: self.id.clone(),
            data: opaque(),
            return_url,
            opened: self.world.now(),
            choice: None,
            authent: None,
            mandate: None,
            bank: None,
            finished: false,
        }
    }

    /// The journey that a call comes back from. `redirectionData` and `messageVersion` must be
    /// those that were given for this very transaction.
    pub(crate) fn back_from(&self, kind: Kind) -> Result<(String, Journey), Refusal> {
        let data = self.needed("redirectionData")?;
        let found = self.world.journeys.iter().find(|(_, journey)| {
            journey.data == data
                && journey.kind == kind
                && journey.merchant == self.merchant.id
                && journey.transaction == self.id
        });
        let (name, journey) = found.ok_or_else(|| invalid("redirectionData"))?;
        if self
            .text("messageVersion")
            .is_some_and(|given| given != version(kind))
        {
            return Err(invalid("messageVersion"));
        }
        Ok((name.clone(), journey.clone()))
    }

    pub(crate) fn finish(&mut self, journey: &str) {
        if let Some(journey) = self.world.journeys.get_mut(journey) {
            journey.finished = true;
        }
    }
}

/// `messageVersion` of a kind of page.
pub(crate) const fn version(kind: Kind) -> &'static str {
    match kind {
        Kind::Acs => "2.2",
        _ => "0.1",
    }
}

/// A field's text; none when it is absent or empty.
pub(crate) fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    body.get(name)?.as_str().filter(|text| !text.is_empty())
}

/// The identity that a call gives, under the rules of its shop.
pub(crate) fn named_id(
    body: &Map<String, Value>,
    reference: &str,
    s10: &str,
    mode: IdMode,
    today: &str,
    date_needed: bool,
) -> Result<Option<TxId>, Refusal> {
    let given = text(body, reference);
    let container = body.get(s10).and_then(Value::as_object);
    match (mode, given, container) {
        (IdMode::S10, None, Some(container)) => {
            let id = text(container, "s10TransactionId").ok_or_else(|| invalid(s10))?;
            let date = text(container, "s10TransactionIdDate");
            if date_needed && date.is_none() {
                return Err(invalid(s10));
            }
            let digits = |text: &str, most: usize| {
                text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit())
            };
            if !digits(id, 6) || date.is_some_and(|date| !digits(date, 8) || date.len() != 8) {
                return Err(malformed(s10));
            }
            Ok(Some(TxId::S10 {
                id: id.to_owned(),
                date: date.unwrap_or(today).to_owned(),
            }))
        }
        (IdMode::S10, _, _) => Err(invalid(s10)),
        (_, _, Some(_)) => Err(invalid(s10)),
        (_, Some(reference), None) => Ok(Some(TxId::Reference(reference.to_owned()))),
        (_, None, None) => Ok(None),
    }
}
