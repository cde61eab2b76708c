//! Which face the widget shows: a total function of what the backend said and what the shopper is
//! doing. The address of the page plays no part in it.

use guichet_wire::{CheckoutSession, CheckoutStatus, Refusal, Status};

use crate::entry::Entry;
use crate::i18n::Words;
use crate::saved::Saved;

/// What the shopper sees. Its name stands in the root's `data-face`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Face {
    /// Nothing is known yet. `element.js` draws it before the module is there.
    Loading,
    /// The list of methods.
    Choosing,
    /// The platform's own fields for a card, inside the widget.
    Card,
    /// A question to the shopper: which bank, which account.
    Ask,
    /// The browser is on its way to the platform's page.
    Leaving,
    /// A payment is under way and its outcome is not known.
    Waiting,
    /// Paid.
    Paid,
    /// Reserved; the shop takes it later.
    Authorised,
    /// The platform refused.
    Refused,
    /// The shopper left the platform's page without paying.
    Cancelled,
    /// A part was taken, the rest was not.
    Incomplete,
    /// Too late.
    Expired,
    /// The order was paid in another checkout: nothing is due here.
    PaidElsewhere,
    /// The backend can't be reached.
    Offline,
    /// Something is wrong that the shopper can't mend.
    Broken,
}

impl Face {
    /// The value of `data-face`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Choosing => "choosing",
            Self::Card => "card",
            Self::Ask => "ask",
            Self::Leaving => "leaving",
            Self::Waiting => "waiting",
            Self::Paid => "paid",
            Self::Authorised => "authorised",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
            Self::Incomplete => "incomplete",
            Self::Expired => "expired",
            Self::PaidElsewhere => "paid-elsewhere",
            Self::Offline => "offline",
            Self::Broken => "broken",
        }
    }

    /// The face's title; the list of methods has a legend instead.
    #[must_use]
    pub fn title(self, words: &Words) -> &'static str {
        match self {
            Self::Loading | Self::Choosing => words.choose,
            Self::Card => words.card_title,
            Self::Ask => words.ask_title,
            Self::Leaving => words.leaving_title,
            Self::Waiting => words.waiting_title,
            Self::Paid => words.paid_title,
            Self::Authorised => words.authorised_title,
            Self::Refused => words.refused_title,
            Self::Cancelled => words.cancelled_title,
            Self::Incomplete => words.incomplete_title,
            Self::Expired => words.expired_title,
            Self::PaidElsewhere => words.paid_elsewhere_title,
            Self::Offline => words.offline_title,
            Self::Broken => words.broken_title,
        }
    }

    /// Whether the shopper enters something on it.
    #[must_use]
    pub fn is_entry(self) -> bool {
        matches!(self, Self::Card | Self::Ask)
    }

    /// Whether methods are listed on it, as long as the session still takes payments.
    #[must_use]
    pub fn lists_methods(self) -> bool {
        matches!(
            self,
            Self::Choosing | Self::Refused | Self::Cancelled | Self::Incomplete
        )
    }
}

/// Where the shopper is between choosing and leaving.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Step {
    /// Nothing is under way.
    #[default]
    Rest,
    /// Asked whether to start a second payment while another may be open.
    Confirming,
    /// The request to start a payment is under way.
    Starting,
    /// The platform's form was submitted.
    Leaving,
}

/// What keeps the widget from showing anything else.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Outage {
    /// No answer from the backend.
    Offline,
    /// An answer that only the shop can do something about.
    Broken,
    /// An answer that may be better next time.
    Failing,
    /// The backend says that the session has run out of time, and nothing more.
    Late,
}

/// What is said above the pay button, without taking the choice away.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Trouble {
    /// No method was chosen.
    ChooseFirst,
    /// The platform can't be reached; nothing was started.
    Platform,
    /// The method is not on offer any more.
    Method,
    /// The session has had too many payments.
    TooMany,
    /// The platform's fields for a card don't open.
    Fields,
    /// The platform takes nothing for that payment any more.
    Expired,
    /// A saved card is not there any more.
    Card,
    /// The page does not let the browser go to the platform; nothing left.
    Leave,
    /// Anything else.
    Other,
}

impl Trouble {
    /// Its text.
    #[must_use]
    pub fn text(self, words: &Words) -> &'static str {
        match self {
            Self::ChooseFirst => words.choose_first,
            Self::Platform => words.trouble_platform,
            Self::Method => words.trouble_method,
            Self::TooMany => words.trouble_too_many,
            Self::Fields => words.trouble_fields,
            Self::Expired => words.trouble_expired,
            Self::Card => words.trouble_card,
            Self::Leave => words.trouble_leave,
            Self::Other => words.trouble_other,
        }
    }
}

/// What an error of the backend means for the shopper.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Meaning {
    /// The widget can't go on.
    Outage(Outage),
    /// Said above the button.
    Trouble(Trouble),
    /// The session moved on: ask for it again.
    Refresh,
    /// The same request is still being answered: ask again with the same key.
    Again,
}

/// Reads the `code` of a problem. An unknown code is a problem that may pass.
#[must_use]
pub fn meaning(code: &str) -> Meaning {
    match code {
        "session_unknown" | "origin_refused" => Meaning::Outage(Outage::Broken),
        "session_paid" | "session_expired" => Meaning::Refresh,
        "idempotency_in_flight" => Meaning::Again,
        "method_not_offered" => Meaning::Trouble(Trouble::Method),
        "too_many_payments" => Meaning::Trouble(Trouble::TooMany),
        "platform_unreachable" => Meaning::Trouble(Trouble::Platform),
        _ => Meaning::Trouble(Trouble::Other),
    }
}

/// What can be chosen in the list: a method, or a saved card that pays by it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Choice {
    /// The method.
    pub method: String,
    /// The saved card.
    pub card: Option<String>,
}

/// Reads the value of a radio button: a method's code, with `/` and the card's name if a saved one
/// pays.
impl From<&str> for Choice {
    fn from(value: &str) -> Self {
        let (method, card) = match value.split_once('/') {
            Some((method, card)) => (method, Some(card.into())),
            None => (value, None),
        };
        Self {
            method: method.into(),
            card,
        }
    }
}

impl Choice {
    /// The value of its radio button.
    #[must_use]
    pub fn value(&self) -> String {
        match &self.card {
            Some(card) => [&self.method, "/", card].concat(),
            None => self.method.clone(),
        }
    }
}

/// One wish to pay: a click, and every retry of it. The backend takes it for one payment because
/// its key stays the same.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Intent {
    /// What pays.
    pub choice: Choice,
    /// The `Idempotency-Key`.
    pub key: String,
}

/// Everything that the widget knows.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// The backend's last word, with its status kept up to date.
    pub session: Option<CheckoutSession>,
    /// What stands chosen in the list.
    pub chosen: Option<Choice>,
    /// The shopper has had a say in it.
    pub picked: bool,
    /// The shopper's saved cards.
    pub saved: Saved,
    /// What the shopper is doing.
    pub step: Step,
    /// What keeps everything else from being shown.
    pub outage: Option<Outage>,
    /// What is said above the button.
    pub trouble: Option<Trouble>,
    /// The shopper asked for the list although a payment is under way.
    pub anyway: bool,
    /// A wish to pay whose outcome is not known.
    pub intent: Option<Intent>,
    /// The payment for which something is entered here.
    pub entry: Option<Box<Entry>>,
    /// Those that were left before anything was sent for them.
    pub aside: Vec<Entry>,
    /// The payment that is leaving, unless another one may be open beside it.
    pub leaving: Option<String>,
    /// Those whose form never left: they can take no money.
    pub never_left: Vec<String>,
    /// What was entered was sent, and the backend has not spoken since.
    pub doubt: bool,
    /// Counts what the backend said that was new.
    pub revision: u32,
    /// Counts what changed in the part of a face that is drawn by itself: the brands of a card that
    /// is typed, or the saved cards in the list.
    pub detail: u32,
}

/// What decides whether the face must be drawn anew.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawing {
    face: Face,
    revision: u32,
    confirming: bool,
    trouble: Option<Trouble>,
}

impl Model {
    /// The session's status.
    #[must_use]
    pub fn status(&self) -> Option<&CheckoutStatus> {
        self.session.as_ref().map(|session| &session.status)
    }

    /// The face to show.
    #[must_use]
    pub fn face(&self) -> Face {
        match self.outage {
            Some(Outage::Offline) => return Face::Offline,
            Some(Outage::Broken | Outage::Failing) => return Face::Broken,
            Some(Outage::Late) => return Face::Expired,
            None => {}
        }
        let Some(status) = self.status() else {
            return Face::Loading;
        };
        match status.status {
            Status::Paid => Face::Paid,
            Status::Authorised => Face::Authorised,
            // What is under way, or held, here is shown all the same.
            Status::Open | Status::Refused | Status::Cancelled | Status::Expired
                if status.paid_elsewhere =>
            {
                Face::PaidElsewhere
            }
            Status::Expired => Face::Expired,
            _ if self.step == Step::Leaving => Face::Leaving,
            _ if self.entry.is_some() => {
                let card = self.entry.as_deref().and_then(Entry::card);
                card.map_or(Face::Ask, |_| Face::Card)
            }
            Status::Pending if self.anyway && status.can_pay => Face::Choosing,
            Status::Pending => Face::Waiting,
            Status::Refused => Face::Refused,
            Status::Cancelled => Face::Cancelled,
            Status::Incomplete => Face::Incomplete,
            // A shop that offers nothing can only mend that itself.
            Status::Open if status.can_pay && !self.offers_any() => Face::Broken,
            Status::Open if status.can_pay => Face::Choosing,
            Status::Open if status.open_elsewhere => Face::Waiting,
            Status::Open => Face::Expired,
        }
    }

    /// What the face is drawn from. One on which the shopper is typing is drawn once: the focus,
    /// and what was typed, would be lost.
    #[must_use]
    pub fn drawing(&self) -> Drawing {
        let face = self.face();
        let still = face.is_entry();
        Drawing {
            face,
            revision: if still { 0 } else { self.revision },
            confirming: self.step == Step::Confirming,
            trouble: self.trouble,
        }
    }

    /// Whether methods can be chosen now.
    #[must_use]
    pub fn can_choose(&self) -> bool {
        let can_pay = self.status().is_some_and(|status| status.can_pay);
        can_pay && self.face().lists_methods() && self.offers_any()
    }

    fn offers_any(&self) -> bool {
        self.session.as_ref().is_some_and(|session| {
            let mut offers = session.methods.iter();
            offers.any(|offer| offer.unavailable.is_none())
        })
    }

    /// Whether to warn that a payment may be open on a platform's page.
    #[must_use]
    pub fn warns(&self) -> bool {
        self.can_choose() && self.is_open_elsewhere()
    }

    /// Whether the backend should be asked again without the shopper doing anything.
    #[must_use]
    pub fn polls(&self) -> bool {
        self.step == Step::Rest && (self.face() == Face::Waiting || self.warns())
    }

    /// Whether this is offered and can be chosen.
    #[must_use]
    pub fn offers(&self, choice: &Choice) -> bool {
        let offered = self.session.as_ref().is_some_and(|session| {
            let mut offers = session.methods.iter();
            offers.any(|offer| offer.method == choice.method && offer.unavailable.is_none())
        });
        offered && (choice.card.is_none() || self.has_card(choice))
    }

    /// The pay button was pressed, or the question before a second payment was answered with yes
    /// (`sure`). Returns what to ask of the backend, if anything: never twice for one wish.
    pub fn press(&mut self, sure: bool, fresh_key: impl FnOnce() -> String) -> Option<Intent> {
        let busy = matches!(self.step, Step::Starting | Step::Leaving) || self.is_removing();
        if busy || !self.can_choose() {
            return None;
        }
        let Some(choice) = self.chosen.clone() else {
            self.trouble = Some(Trouble::ChooseFirst);
            return None;
        };
        self.trouble = None;
        self.saved.removed = false;
        let kept = self.intent.take().filter(|intent| intent.choice == choice);
        if self.warns() && !sure && kept.is_none() {
            self.step = Step::Confirming;
            return None;
        }
        if kept.is_none() && self.take_up(&choice) {
            return None;
        }
        self.step = Step::Starting;
        let intent = kept.unwrap_or_else(|| Intent {
            choice,
            key: fresh_key(),
        });
        self.intent = Some(intent.clone());
        Some(intent)
    }

    /// The request to start a payment was refused with this problem.
    pub fn start_refused(&mut self, code: &str) {
        self.step = Step::Rest;
        let meaning = meaning(code);
        match meaning {
            Meaning::Outage(outage) => self.outage = Some(outage),
            Meaning::Trouble(trouble) => self.trouble = Some(trouble),
            Meaning::Again => self.trouble = Some(Trouble::Other),
            Meaning::Refresh => {}
        }
        // Where nobody knows what became of the wish, it is kept: its retry must be the same one.
        if !matches!(meaning, Meaning::Again | Meaning::Trouble(Trouble::Other)) {
            self.intent = None;
        }
    }

    /// No answer came to the request to start a payment. It may have been started.
    pub fn start_lost(&mut self) {
        self.step = Step::Rest;
        self.outage = Some(Outage::Offline);
    }

    /// The payment was started, and the shopper waits here.
    pub fn started(&mut self) {
        self.step = Step::Rest;
        self.intent = None;
        self.entry = None;
        self.anyway = false;
    }

    /// This payment was started, and the shopper leaves for the platform.
    pub fn leaves(&mut self, payment: String) {
        let alone = self
            .entry
            .as_ref()
            .map_or_else(|| !self.is_open_elsewhere(), |entry| !entry.elsewhere);
        self.started();
        self.step = Step::Leaving;
        self.leaving = alone.then_some(payment);
    }

    /// The shopper is back on a page that had let them go: the list, with its warning.
    pub fn came_back(&mut self) {
        self.leave_entry();
        self.leaving = None;
    }

    /// The page is still here although a form was to leave it; `left` if it may have.
    pub fn stayed(&mut self, left: bool) {
        let leaving = self.leaving.take();
        self.leave_entry();
        if !left {
            self.never_left.extend(leaving);
            self.trouble = Some(Trouble::Leave);
        }
    }

    /// Asking for the session or its status was refused with this problem.
    pub fn refused(&mut self, code: &str) {
        self.outage = Some(match code {
            "session_expired" => Outage::Late,
            _ => match meaning(code) {
                Meaning::Outage(outage) => outage,
                _ => Outage::Failing,
            },
        });
    }

    /// The shopper chose.
    pub fn choose(&mut self, choice: Choice) {
        self.chosen = Some(choice);
        self.picked = true;
        self.saved.removed = false;
        self.trouble = None;
        if self.step == Step::Confirming {
            self.step = Step::Rest;
        }
    }

    /// Takes a session as the backend described it.
    pub fn take(&mut self, session: CheckoutSession) {
        self.outage = None;
        self.doubt = false;
        if self.session.as_ref() != Some(&session) {
            self.revision += 1;
        }
        self.session = Some(session);
        self.settle_choice();
    }

    /// Takes a newer status.
    pub fn take_status(&mut self, status: CheckoutStatus) {
        self.outage = None;
        self.doubt = false;
        if let Some(session) = &mut self.session
            && session.status != status
        {
            session.status = status;
            self.revision += 1;
        }
        if !self.can_choose() && self.step == Step::Confirming {
            self.step = Step::Rest;
        }
    }
}

/// The text of a refusal.
#[must_use]
pub fn refusal(refusal: Refusal, words: &Words) -> &'static str {
    match refusal {
        Refusal::Issuer => words.refusal_issuer,
        Refusal::Funds => words.refusal_funds,
        Refusal::CardData => words.refusal_card_data,
        Refusal::Authentication => words.refusal_authentication,
        Refusal::NotAccepted => words.refusal_not_accepted,
        Refusal::TimedOut => words.refusal_timed_out,
        Refusal::Technical => words.refusal_technical,
    }
}

/// The name of a refusal in `data-refusal`: that of the backend's JSON.
#[must_use]
pub fn refusal_name(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Issuer => "issuer",
        Refusal::Funds => "funds",
        Refusal::CardData => "card_data",
        Refusal::Authentication => "authentication",
        Refusal::NotAccepted => "not_accepted",
        Refusal::TimedOut => "timed_out",
        Refusal::Technical => "technical",
    }
}

#[cfg(test)]
mod tests {
    use guichet_wire::{MethodKind, Question};

    use super::*;
    use crate::ask::Asked;
    use crate::card::Card;
    use crate::entry::{Content, EntryStep};
    use crate::testing::{self, offer};

    const STATUSES: [Status; 8] = [
        Status::Open,
        Status::Pending,
        Status::Authorised,
        Status::Paid,
        Status::Refused,
        Status::Cancelled,
        Status::Incomplete,
        Status::Expired,
    ];
    const STEPS: [Step; 4] = [Step::Rest, Step::Confirming, Step::Starting, Step::Leaving];
    const OUTAGES: [Option<Outage>; 5] = [
        None,
        Some(Outage::Offline),
        Some(Outage::Broken),
        Some(Outage::Failing),
        Some(Outage::Late),
    ];

    fn session(status: Status, can_pay: bool, open_elsewhere: bool) -> CheckoutSession {
        let offers = ["card", "apetiz"].map(|method| offer(method, MethodKind::Card));
        let mut session = testing::session(offers);
        session.status.status = status;
        session.status.can_pay = can_pay;
        session.status.open_elsewhere = open_elsewhere;
        session
    }

    fn an_entry(asks: bool) -> Box<Entry> {
        let content = if asks {
            Content::Ask(Asked(Question::Iban))
        } else {
            Content::Card(Card::default())
        };
        Box::new(Entry {
            payment: "pay_1".into(),
            method: "card".into(),
            content,
            step: EntryStep::Ready,
            trouble: None,
            given: None,
            doubt: false,
            stale: false,
            elsewhere: false,
        })
    }

    /// Every state that the widget can be in, as far as faces depend on it.
    fn every_model() -> Vec<Model> {
        let mut all = vec![Model::default()];
        for status in STATUSES {
            for flags in 0..32 {
                for step in STEPS {
                    for outage in OUTAGES {
                        all.push(Model {
                            session: Some(session(status, flags & 1 > 0, flags & 2 > 0)),
                            step,
                            outage,
                            anyway: flags & 4 > 0,
                            entry: (flags & 8 > 0).then(|| an_entry(flags & 16 > 0)),
                            ..Model::default()
                        });
                    }
                }
            }
        }
        all
    }

    #[test]
    fn money_that_moved_is_never_hidden_and_never_asked_for_again() {
        for model in every_model()
            .into_iter()
            .filter(|model| model.outage.is_none())
        {
            let face = model.face();
            match model.status().map(|status| status.status) {
                Some(Status::Paid) => assert_eq!(face, Face::Paid),
                Some(Status::Authorised) => assert_eq!(face, Face::Authorised),
                status => {
                    assert!(!matches!(face, Face::Paid | Face::Authorised), "{status:?}");
                }
            }
            if matches!(face, Face::Paid | Face::Authorised | Face::Expired) {
                assert!(!model.can_choose());
            }
        }
    }

    #[test]
    fn an_order_that_was_paid_elsewhere_is_never_asked_to_be_paid_and_hides_nothing_that_was_taken()
    {
        for status in STATUSES {
            let mut session = session(status, false, false);
            session.status.paid_elsewhere = true;
            let model = Model {
                session: Some(session),
                ..Model::default()
            };
            let face = match status {
                Status::Paid => Face::Paid,
                Status::Authorised => Face::Authorised,
                Status::Pending => Face::Waiting,
                Status::Incomplete => Face::Incomplete,
                Status::Open | Status::Refused | Status::Cancelled | Status::Expired => {
                    Face::PaidElsewhere
                }
            };
            assert_eq!((model.face(), model.can_choose()), (face, false));
        }
    }

    #[test]
    fn nothing_can_be_chosen_unless_the_backend_takes_a_payment() {
        for model in every_model() {
            let allowed = model.status().is_some_and(|status| status.can_pay);
            assert!(allowed || !model.can_choose(), "{model:?}");
            assert!(!model.can_choose() || model.outage.is_none(), "{model:?}");
        }
    }

    #[test]
    fn an_open_payment_is_always_warned_about_where_methods_are_listed() {
        for model in every_model().into_iter().filter(Model::can_choose) {
            let open = model.status().is_some_and(|status| status.open_elsewhere);
            assert_eq!(model.warns(), open, "{model:?}");
        }
    }

    #[test]
    fn every_face_but_the_scripts_own_is_reachable() {
        let seen: std::collections::HashSet<Face> = every_model().iter().map(Model::face).collect();
        assert_eq!(seen.len(), 14);
    }

    #[test]
    fn a_choice_survives_as_long_as_it_is_offered() {
        let mut model = Model::default();
        model.choose("apetiz".into());
        model.take(session(Status::Refused, true, false));
        assert_eq!(model.chosen, Some("apetiz".into()));
        let mut without = session(Status::Refused, true, false);
        without.methods.truncate(1);
        model.take(without);
        assert_eq!(model.chosen, Some("card".into()), "alone on offer");
    }

    fn choosing(open_elsewhere: bool) -> Model {
        let chosen = Some("card".into());
        let session = Some(session(Status::Cancelled, true, open_elsewhere));
        Model {
            session,
            chosen,
            ..Model::default()
        }
    }

    fn key(name: &str) -> impl FnOnce() -> String {
        let name = name.to_owned();
        move || name
    }

    #[test]
    fn five_presses_make_one_request() {
        let mut model = choosing(false);
        let asked = (0..5).filter_map(|_| model.press(false, key("k"))).count();
        assert_eq!(asked, 1);
        model.leaves("pay_1".into());
        assert_eq!(model.face(), Face::Leaving);
        assert_eq!(model.press(false, key("k")), None);
        model.came_back();
        assert!(model.press(false, key("k2")).is_some());
    }

    #[test]
    fn an_open_payment_asks_before_a_second_one() {
        let mut model = choosing(true);
        assert_eq!(model.press(false, key("k")), None);
        assert_eq!(model.step, Step::Confirming);
        assert_eq!(model.press(false, key("k")), None, "asked, not answered");
        assert!(model.press(true, key("k")).is_some());
    }

    /// A payment that is pending since its form was handed out, as the backend tells it.
    fn handed_out(id: &str) -> CheckoutSession {
        let mut session = session(Status::Pending, true, true);
        session.status.payment = Some(guichet_wire::PaymentView {
            id: id.into(),
            method: "card".into(),
            status: Status::Pending,
            surplus: false,
            accepted: 0,
            parts: vec![],
            refusal: None,
            voucher_may_be_held: false,
        });
        session
    }

    #[test]
    fn a_form_that_never_left_is_no_payment_under_way() {
        let mut model = choosing(false);
        model.leaves("pay_1".into());
        model.stayed(false);
        model.take(handed_out("pay_1"));
        assert_eq!(model.face(), Face::Choosing);
        assert_eq!(model.trouble, Some(Trouble::Leave));
        assert!(!model.warns() && !model.polls());
        assert!(model.press(false, key("k")).is_some(), "nothing to confirm");
        // The next one leaves: what is told of that one counts.
        model.leaves("pay_2".into());
        model.came_back();
        model.take(handed_out("pay_2"));
        assert!(model.warns());
    }

    #[test]
    fn a_form_that_may_have_left_warns_and_so_does_one_before_it() {
        let mut model = choosing(false);
        model.leaves("pay_1".into());
        model.stayed(true);
        model.take(handed_out("pay_1"));
        assert!(model.warns());
        assert_eq!(model.trouble, None);
        // Another one is started beside it, and does not leave.
        model.leaves("pay_2".into());
        model.stayed(false);
        model.take(handed_out("pay_2"));
        assert!(model.warns(), "the first may still be open");
    }

    #[test]
    fn a_retry_is_the_same_wish_until_something_is_known() {
        let mut model = choosing(false);
        let first = model.press(false, key("one"));
        model.start_lost();
        assert_eq!(model.face(), Face::Offline);
        // Meanwhile the backend has started it: the retry needs no question, its key is the same.
        model.take(session(Status::Pending, true, true));
        model.anyway = true;
        assert_eq!(model.press(false, key("two")), first);
        model.start_refused("internal");
        assert_eq!(model.press(false, key("three")), first);
        model.start_refused("platform_unreachable");
        assert_eq!(model.trouble, Some(Trouble::Platform));
        assert_eq!(
            model.press(true, key("four")).map(|i| i.key).as_deref(),
            Some("four")
        );
    }

    #[test]
    fn another_method_is_another_wish() {
        let mut model = choosing(false);
        model.press(false, key("one"));
        model.start_lost();
        model.outage = None;
        model.choose("apetiz".into());
        let second = model.press(false, key("two"));
        assert_eq!(
            second,
            Some(Intent {
                choice: "apetiz".into(),
                key: "two".into()
            })
        );
    }

    #[test]
    fn a_shop_that_offers_nothing_is_broken_and_takes_no_press() {
        let mut empty = session(Status::Open, true, false);
        empty.methods.clear();
        let mut model = Model::default();
        model.take(empty);
        assert_eq!(model.face(), Face::Broken);
        assert_eq!(model.press(false, key("k")), None);
    }

    #[test]
    fn pressing_without_a_choice_says_so() {
        let mut model = Model {
            chosen: None,
            ..choosing(false)
        };
        assert_eq!(model.press(false, key("k")), None);
        assert_eq!(model.trouble, Some(Trouble::ChooseFirst));
        model.choose("card".into());
        assert_eq!(model.trouble, None);
    }

    #[test]
    fn an_unknown_error_is_never_final() {
        assert_eq!(meaning("brand_new"), Meaning::Trouble(Trouble::Other));
        assert_eq!(meaning("session_unknown"), Meaning::Outage(Outage::Broken));
        assert_eq!(meaning("session_paid"), Meaning::Refresh);
    }
}
