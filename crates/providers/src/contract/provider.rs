//! What every account at a platform has, and which capabilities it may have besides.

use guichet_domain::id::Slug;
use guichet_domain::method::{Method, MethodDescription};
use guichet_domain::shopper::Datum;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::begin::{Begin, Begun};
use super::call::{Exchange, Step};
use super::confirm::Confirmation;
use super::continuing::Continuing;
use super::notify::{Callbacks, Notifications};
use super::operations::Operations;
use super::policy::PageSources;
use super::probe::{DatedRule, Probe};
use super::rebill::Rebilling;
use super::report::Report;
use super::silent::CardForms;
use super::terminals::Terminals;
use super::vault::Vault;

/// Which world the backend runs in. Keys and hosts of different worlds never mix.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// Our own sandbox, on loopback addresses.
    Sandbox,
    /// The platforms' test hosts.
    Test,
    /// Real money.
    Production,
}

/// What is wrong with an account's configuration. Names the key, never shows a secret.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("account {account}: {key}: {detail}")]
pub struct ConfigError {
    /// The account.
    pub account: String,
    /// The key of its table.
    pub key: String,
    /// What is wrong and what to write.
    pub detail: String,
}

/// One account at one platform. Every function is pure: what it needs of clock, randomness and
/// network, it is given.
pub trait Provider: Send + Sync {
    /// The platform's name, as in `/notify/{provider}/{account}`.
    fn name(&self) -> &'static str;

    /// The account's name in the configuration.
    fn account(&self) -> &Slug;

    /// *Describe*: the methods that this provider knows.
    fn methods(&self) -> Vec<MethodDescription>;

    /// What is allowed in the account's table, and that the operator should know at start: which
    /// key, and what to do.
    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }

    /// What a payment by that method can't do without. A session that lacks some of it is not
    /// offered the method.
    fn demands(&self, method: &Method) -> Vec<Demand>;

    /// What a shop's page lets in for payments by that method, beside the backend.
    fn page_sources(&self, _: &Method) -> PageSources {
        PageSources::default()
    }

    /// Addresses of the platform that can be asked without an order.
    fn probes(&self) -> Vec<Probe> {
        Vec::new()
    }

    /// Rules that end on a day, of methods that it has.
    fn dated_rules(&self) -> &'static [DatedRule] {
        &[]
    }

    /// Seconds from the making of a payment until it is clear that its page is over.
    fn deadline_seconds(&self) -> i64;

    /// Where the platform's days begin and end.
    fn time_zone(&self) -> &TimeZone;

    /// The platform's day at that time: what it counts by the day is counted by this one.
    fn day(&self, now: Timestamp) -> Date {
        now.to_zoned(self.time_zone().clone()).date()
    }

    /// Names the counter that [`Seed::number`] is drawn from, where references are made of numbers.
    /// It starts anew each [day](Self::day). Accounts that share a number space share it.
    fn reference_scope(&self) -> Option<String> {
        None
    }

    /// Our reference of a new payment, unique within the account for ever; in the platform's own
    /// format where the platform takes one.
    fn new_reference(&self, seed: &Seed) -> String;

    /// *Begin*: a session and a method in; out comes what the browser does next, or a call to make
    /// first. `exchanges` are the calls made so far for this payment, with their answers.
    fn begin(&self, begin: &Begin<'_>, exchanges: &[Exchange]) -> Step<Begun>;

    /// Where the platform signs messages: notifications, and the browser's return.
    fn notifications(&self) -> Option<&dyn Notifications> {
        None
    }

    /// Where the platform calls a payment's own address once something became of it.
    fn callbacks(&self) -> Option<&dyn Callbacks> {
        None
    }

    /// Where our own account can be asked about a transaction that a signed message claims.
    fn confirmation(&self) -> Option<&dyn Confirmation> {
        None
    }

    /// Where a payment takes more than its beginning and the platform's notification.
    fn continuing(&self) -> Option<&dyn Continuing> {
        None
    }

    /// Where the shop has money captured, cancelled, refunded and duplicated through us.
    fn operations(&self) -> Option<&dyn Operations> {
        None
    }

    /// Where what a payment was made with is charged anew.
    fn rebilling(&self) -> Option<&dyn Rebilling> {
        None
    }

    /// Where the platform tells by itself, in a list, what it did.
    fn report(&self) -> Option<&dyn Report> {
        None
    }

    /// Where payments are taken at terminals of the shop's own.
    fn terminals(&self) -> Option<&dyn Terminals> {
        None
    }

    /// Where a card is typed on a page of ours, in a form that leads to the platform.
    fn card_forms(&self) -> Option<&dyn CardForms> {
        None
    }

    /// Where the platform keeps cards for shoppers.
    fn vault(&self) -> Option<&dyn Vault> {
        None
    }
}

/// Something that an account wants to know of the shopper.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Demand {
    /// What.
    pub datum: Datum,
    /// What becomes of a payment without it, as a clause: `the platform opens no page without it`.
    pub because: &'static str,
    /// What the account's table has to say for it not to be demanded; none where the platform does.
    pub unless: Option<&'static str>,
}

/// What a new payment's reference is made of.
#[derive(Clone, Copy, Debug)]
pub struct Seed {
    /// Drawn anew for every payment.
    pub random: [u8; 16],
    /// The platform's day: [`Provider::day`].
    pub day: Date,
    /// The next number of [`Provider::reference_scope`] on that day, from 1; 0 where there is no
    /// such scope.
    pub number: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Failure;

    /// A platform that has nothing but payments to begin, in another part of the world.
    struct Bare {
        account: Slug,
        zone: TimeZone,
    }

    impl Provider for Bare {
        fn name(&self) -> &'static str {
            "bare"
        }

        fn account(&self) -> &Slug {
            &self.account
        }

        fn methods(&self) -> Vec<MethodDescription> {
            Vec::new()
        }

        fn demands(&self, _: &Method) -> Vec<Demand> {
            Vec::new()
        }

        fn deadline_seconds(&self) -> i64 {
            60
        }

        fn time_zone(&self) -> &TimeZone {
            &self.zone
        }

        fn new_reference(&self, seed: &Seed) -> String {
            seed.day.to_string()
        }

        fn begin(&self, _: &Begin<'_>, _: &[Exchange]) -> Step<Begun> {
            Step::Failed(Failure::Unreachable)
        }
    }

    /// Toronto changes its clocks on the second Sunday of March and the first of November.
    fn toronto() -> Bare {
        Bare {
            account: Slug::try_from("main".to_owned()).unwrap(),
            zone: TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").unwrap(),
        }
    }

    #[test]
    fn a_platforms_day_is_that_of_its_own_time_zone() {
        let day = |text: &str| toronto().day(text.parse().unwrap()).to_string();
        assert_eq!(day("2026-07-15T03:59:59Z"), "2026-07-14");
        assert_eq!(day("2026-07-15T04:00:00Z"), "2026-07-15");
        assert_eq!(day("2026-01-15T04:59:59Z"), "2026-01-14");
        assert_eq!(day("2026-01-15T05:00:00Z"), "2026-01-15");
    }

    #[test]
    fn a_platform_need_have_no_capability() {
        let bare: &dyn Provider = &toronto();
        assert!(bare.notifications().is_none() && bare.confirmation().is_none());
        assert!(bare.continuing().is_none() && bare.vault().is_none());
        assert!(bare.callbacks().is_none() && bare.operations().is_none());
        assert!(bare.terminals().is_none());
    }
}
