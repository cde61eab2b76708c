//! Plays the backend and its platform.

use std::net::{IpAddr, Ipv4Addr};

use guichet_domain::event::{Part, Trust};
use guichet_domain::iban::Iban;
use guichet_domain::method::Method;
use guichet_domain::session::Session;
use guichet_domain::{PartKind, PartStatus, testing};
use guichet_providers::contract::{
    Addresses, Begin, Begun, By, CallAnswer, CallError, Context, Environment, Exchange, Failure,
    Finalise, Given, LookUp, LookedUp, PlatformCall, Proceed, Proceeded, Provider, Seed, Step,
};
use guichet_providers::registry::{PROVIDERS, open};
use guichet_providers::testing::addresses;

use crate::samples::{CANARY, FIRST, Gives, IBAN, Payment, Sample, TOKEN, samples, session};

pub(crate) use guichet_domain::testing::NOW;

/// The shopper's browser.
const CLIENT: Option<IpAddr> = Some(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)));

/// What came of a call.
pub(crate) type Answer = Result<CallAnswer, CallError>;

/// Answers that say nothing, whoever gives them.
pub(crate) fn nonsense() -> Vec<Answer> {
    let texts = [
        (200, ""),
        (200, "<html><body>Maintenance</body></html>"),
        (200, "null"),
        (200, "[]"),
        (200, "{}"),
        (200, "{\"a\":"),
        (200, "CODEREPONSE=00000"),
        (200, r#"{"responseCode":"XX","walletResponseCode":"XX"}"#),
        (200, r#"{"responseCode":"00","seal":"00"}"#),
        (302, ""),
        (404, ""),
        (500, r#"{"responseCode":"00"}"#),
        (
            200,
            "<response><receipt><Complete>true</Complete></receipt></response>",
        ),
    ];
    texts
        .into_iter()
        .map(|(status, body)| answer(status, body))
        .collect()
}

pub(crate) fn answer(status: u16, body: &str) -> Answer {
    let body = body.into();
    Ok(CallAnswer { status, body })
}

pub(crate) fn account(name: &str, table: toml::Table, at: Environment) -> Box<dyn Provider> {
    open(name, testing::slug("main"), table, at).unwrap()
}

fn all_samples() -> impl Iterator<Item = (&'static str, Sample)> {
    let of = |(name, _): &(&'static str, _)| {
        let name = *name;
        samples(name).into_iter().map(move |sample| (name, sample))
    };
    PROVIDERS.iter().flat_map(of)
}

/// Runs a check against every provider in the sandbox, with each of its kinds of account.
pub(crate) fn each(check: impl Fn(&dyn Provider, &Sample)) {
    for (name, sample) in all_samples() {
        let provider = account(name, sample.table.clone(), Environment::Sandbox);
        assert_eq!(provider.name(), name);
        check(provider.as_ref(), &sample);
    }
}

/// Runs a check against every provider in production that has more than a beginning.
pub(crate) fn each_in_production(check: impl Fn(&dyn Provider, &Sample)) {
    for (name, sample) in all_samples() {
        let Some(table) = sample.production.clone() else {
            let provider = account(name, sample.table, Environment::Sandbox);
            let more = provider.continuing().is_some() || provider.vault().is_some();
            assert!(!more, "{name} lacks a table for production");
            continue;
        };
        check(
            account(name, table, Environment::Production).as_ref(),
            &sample,
        );
    }
}

impl Sample {
    /// What the platform answers when it is well.
    pub(crate) fn well(&self, call: &PlatformCall) -> Answer {
        let known = self.well.iter().find(|(end, _)| call.url.ends_with(end));
        let (_, body) = known.unwrap_or_else(|| panic!("no sample for {}", call.url));
        answer(200, body)
    }

    pub(crate) fn moves(&self, call: &PlatformCall) -> bool {
        let method = format!("{:?}", call.method).to_uppercase();
        self.moving.iter().any(|what| match what.split_once(' ') {
            Some((of, end)) => method == of && call.url.ends_with(end),
            None => call.url.ends_with(what),
        })
    }
}

/// Makes the calls, each with its answer, until there are no more. The first number counts the
/// calls before this one.
pub(crate) fn exchange<T>(
    mut step: impl FnMut(&[Exchange]) -> Step<T>,
    platform: impl Fn(usize, &PlatformCall) -> Answer,
) -> Result<T, Failure> {
    let mut exchanges = Vec::new();
    for made in 0..8 {
        match step(&exchanges) {
            Step::Done(done) => return Ok(done),
            Step::Failed(failure) => {
                hides_what_is_secret(&format!("{failure:?}"));
                return Err(failure);
            }
            Step::Call(call) => {
                assert!(!call.timeout.is_zero());
                hides_what_is_secret(&format!("{call:?}"));
                let answer = platform(made, &call);
                exchanges.push(Exchange { call, answer });
            }
        }
    }
    panic!("no end after 8 calls");
}

/// Nothing secret stands in a text that others see.
pub(crate) fn hides_what_is_secret(text: &str) {
    // Some platforms' keys are short.
    assert!(!text.to_uppercase().contains(&CANARY[..20]), "{text}");
    assert!(!text.contains(TOKEN) && !text.contains(IBAN), "{text}");
}

/// A session of a shopper whom the shop knows, and what goes with it.
pub(crate) struct World {
    pub(crate) session: Session,
    addresses: Addresses,
    method: Method,
    by: By<'static>,
    reference: String,
}

impl World {
    pub(crate) fn new(provider: &dyn Provider, method: &str, by: By<'static>) -> Self {
        let terminals = provider.terminals().map(|own| own.terminals());
        let terminal = terminals.and_then(|own| own.into_iter().next());
        Self {
            session: Session {
                terminal: terminal.map(|own| own.name),
                ..session()
            },
            addresses: addresses(),
            method: testing::method(method),
            by,
            reference: provider.new_reference(&seed(7)),
        }
    }

    pub(crate) fn of(provider: &dyn Provider, payment: &Payment) -> Self {
        Self::new(provider, payment.method, payment.by)
    }

    fn context(&self) -> Context<'_> {
        Context {
            session: &self.session,
            method: &self.method,
            reference: &self.reference,
            addresses: &self.addresses,
            now: jiff::Timestamp::from_second(NOW).unwrap(),
        }
    }

    pub(crate) fn begin(
        &self,
        provider: &dyn Provider,
        platform: impl Fn(usize, &PlatformCall) -> Answer,
    ) -> Result<Begun, Failure> {
        let begin = Begin {
            context: self.context(),
            by: self.by,
            save: false,
            client: CLIENT,
            first: matches!(self.by, By::ShopWith { .. } | By::ShopperWith { .. }).then_some(FIRST),
        };
        exchange(|exchanges| provider.begin(&begin, exchanges), platform)
    }

    pub(crate) fn proceed(
        &self,
        provider: &dyn Provider,
        memo: Option<&str>,
        gives: Gives,
        platform: impl Fn(usize, &PlatformCall) -> Answer,
    ) -> Result<Proceeded, Failure> {
        let iban = Iban::try_from(IBAN).unwrap();
        let given = match gives {
            Gives::Leaves | Gives::Nothing => Given::Nothing,
            Gives::Bank(bank) => Given::Bank(bank),
            Gives::Iban => Given::Iban(iban),
            Gives::Token => Given::Token {
                token: TOKEN,
                brand: None,
                save: provider.vault().is_some_and(|vault| vault.adds()),
            },
        };
        let proceed = Proceed {
            context: self.context(),
            client: CLIENT,
            memo,
            given: &given,
        };
        let continuing = provider.continuing().unwrap();
        exchange(
            |exchanges| continuing.proceed(&proceed, exchanges),
            platform,
        )
    }

    pub(crate) fn finalise(
        &self,
        provider: &dyn Provider,
        memo: Option<&str>,
        platform: impl Fn(usize, &PlatformCall) -> Answer,
    ) -> Result<Proceeded, Failure> {
        let finalise = Finalise {
            context: self.context(),
            memo,
            posted: &[("responseCode".into(), "00".into())],
        };
        let continuing = provider.continuing().unwrap();
        exchange(
            |exchanges| continuing.finalise(&finalise, exchanges),
            platform,
        )
    }

    pub(crate) fn look_up(
        &self,
        provider: &dyn Provider,
        memo: Option<&str>,
        platform: impl Fn(usize, &PlatformCall) -> Answer,
    ) -> Result<LookedUp, Failure> {
        // Some platforms must not be asked twice in a moment.
        let later = jiff::Timestamp::from_second(NOW + 60).unwrap();
        let look_up = LookUp {
            context: Context {
                now: later,
                ..self.context()
            },
            memo,
            closing: false,
            decided: None,
        };
        let continuing = provider.continuing().unwrap();
        exchange(
            |exchanges| continuing.look_up(&look_up, exchanges),
            platform,
        )
    }
}

/// A card of 50.00 EUR that a signed message claims to have paid.
pub(crate) fn claim() -> Part {
    Part {
        method: None,
        trust: Trust::Signed,
        ..testing::part("1", PartKind::Card, 5000, PartStatus::Accepted)
    }
}

/// What the `n`th payment of a day is made of.
pub(crate) fn seed(n: u8) -> Seed {
    Seed {
        random: [n; 16],
        day: jiff::civil::date(2026, 3, 1),
        number: u32::from(n),
    }
}
