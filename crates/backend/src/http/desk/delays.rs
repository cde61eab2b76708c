//! How long somebody waits between two tries of a password or of a code.
//!
//! Passwords are tried from a network: they are counted by that and the name, and by that alone,
//! so that whoever guesses at a name holds up nobody who logs in with it from elsewhere. A browser
//! that the person logged in with before is counted by itself: whoever shares its network holds it
//! up neither. Codes are counted by the name alone, wherever they are tried: only who knows the
//! password tries one, and there are so few of them that many networks would find one.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Mutex, PoisonError};

use ipnet::IpNet;

use crate::desk::password::Turns;
use crate::limiter::network;
use crate::recent::Recent;

/// How many are remembered, in each of two halves.
const REMEMBERED: usize = 20_000;

/// Tries of one name from one network, or from a browser that is known, that are free.
const FREE_OF_NAME: u32 = 4;

/// Tries from one network that are free, whatever the name: a whole shop may share it.
const FREE_OF_NETWORK: u32 = 30;

/// Tries of a code that are free.
const FREE_OF_CODE: u32 = 8;

/// The longest that anybody waits, in seconds.
const LONGEST: i64 = 15 * 60;

/// The longest that anybody waits for what others of the same network did, in seconds.
const LONGEST_OF_NETWORK: i64 = 60;

/// Seconds after which tries are forgotten.
const FORGOTTEN_AFTER: i64 = 24 * 3600;

/// What tries are counted by.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
enum Key {
    Network(IpNet),
    Name(IpNet, String),
    Known(String),
    Code(String),
    KnownCode(String),
}

impl Key {
    /// How many are free, and the longest wait.
    fn limits(&self) -> (u32, i64) {
        match self {
            Self::Network(_) => (FREE_OF_NETWORK, LONGEST_OF_NETWORK),
            Self::Name(..) | Self::Known(_) => (FREE_OF_NAME, LONGEST),
            Self::Code(_) | Self::KnownCode(_) => (FREE_OF_CODE, LONGEST),
        }
    }
}

/// Who tries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trying<'a> {
    /// The name that is tried.
    pub(super) name: &'a str,
    /// From where.
    pub(super) address: Option<IpAddr>,
    /// With a browser that the person of that name logged in with before.
    pub(super) known: bool,
    /// A code, and not a password.
    pub(super) code: bool,
}

impl Trying<'_> {
    fn keys(&self) -> Vec<Key> {
        let name = self.name.to_owned();
        match (self.code, self.known) {
            (true, true) => vec![Key::KnownCode(name)],
            (true, false) => vec![Key::Code(name)],
            (false, true) => vec![Key::Known(name)],
            (false, false) => {
                let address = self.address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
                let network = network(address, false);
                vec![Key::Name(network, name), Key::Network(network)]
            }
        }
    }
}

/// So many tries, the last one then.
#[derive(Clone, Copy, Default)]
struct Tries {
    count: u32,
    last: i64,
}

impl Tries {
    /// Seconds until the next one may be made.
    fn wait(self, (free, longest): (u32, i64), now: i64) -> i64 {
        let Some(above) = self.count.checked_sub(free) else {
            return 0;
        };
        let pause = (2_i64 << above.min(10)).min(longest);
        // A clock that was put back makes nobody wait for longer.
        (self.last + pause - now).clamp(0, pause)
    }
}

/// What stands between a guess and the books.
#[derive(Default)]
pub(super) struct Gate {
    pub(super) delays: Delays,
    pub(super) turns: Turns,
    /// The demo's published passwords lead nowhere.
    pub(super) production: bool,
}

/// The tries that did not lead in.
pub(super) struct Delays(Mutex<Recent<Key, Tries>>);

impl Default for Delays {
    fn default() -> Self {
        Self(Mutex::new(Recent::new(REMEMBERED)))
    }
}

impl Delays {
    /// Seconds until a try may be made.
    pub(super) fn wait(&self, who: Trying<'_>, now: i64) -> Result<(), i64> {
        let tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        may_try(&tries, &who.keys(), now)
    }

    /// Counts a try before it is made, so that many at once are as many; or gives the seconds to
    /// wait, and counts nothing.
    pub(super) fn count(&self, who: Trying<'_>, now: i64) -> Result<(), i64> {
        let tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = who.keys();
        may_try(&tries, &keys, now)?;
        for key in keys {
            let count = made(&tries, &key, now).count.saturating_add(1);
            tries.insert(key, Tries { count, last: now });
        }
        Ok(())
    }

    /// The try led in: it was no guess.
    pub(super) fn forget(&self, who: Trying<'_>) {
        let tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in who.keys() {
            let mut left = Tries::default();
            if let (Key::Network(_), Some(all)) = (&key, tries.get(&key)) {
                let count = all.count.saturating_sub(1);
                left = Tries { count, ..all };
            }
            tries.insert(key, left);
        }
    }
}

/// The tries that are not forgotten.
fn made(tries: &Recent<Key, Tries>, key: &Key, now: i64) -> Tries {
    let tries = tries.get(key).unwrap_or_default();
    let forgotten = now - tries.last > FORGOTTEN_AFTER;
    if forgotten { Tries::default() } else { tries }
}

fn may_try(tries: &Recent<Key, Tries>, keys: &[Key], now: i64) -> Result<(), i64> {
    let waits = keys
        .iter()
        .map(|key| made(tries, key, now).wait(key.limits(), now));
    match waits.max() {
        Some(wait) if wait > 0 => Err(wait),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from<'a>(address: &str, name: &'a str) -> Trying<'a> {
        Trying {
            name,
            address: Some(address.parse().unwrap()),
            known: false,
            code: false,
        }
    }

    /// Tries as often as may be, and gives the waits.
    fn waits(delays: &Delays, who: Trying<'_>, now: &mut i64) -> Vec<i64> {
        let mut waits = Vec::new();
        for _ in 0..24 {
            if let Err(wait) = delays.count(who, *now) {
                waits.push(wait);
                assert_eq!(delays.count(who, *now + wait - 1), Err(1));
                assert_eq!(delays.wait(who, *now + wait - 1), Err(1));
                *now += wait;
                assert_eq!(delays.wait(who, *now), Ok(()));
                delays.count(who, *now).unwrap();
            }
        }
        waits
    }

    #[test]
    fn who_guesses_waits_longer_and_longer_and_holds_up_nobody_elsewhere() {
        let delays = Delays::default();
        let mut now = 1_000;
        let amelie = from("192.0.2.1", "amelie");
        let waits = waits(&delays, amelie, &mut now);
        assert_eq!(&waits[..4], &[2, 4, 8, 16]);
        assert_eq!(waits.last(), Some(&LONGEST));
        assert_eq!(delays.count(from("192.0.2.2", "amelie"), now), Ok(()));
        assert_eq!(delays.count(from("192.0.2.1", "benoit"), now), Ok(()));
        delays.forget(amelie);
        assert_eq!(delays.count(amelie, now), Ok(()));
    }

    #[test]
    fn who_guesses_at_many_names_waits_too_but_not_for_long() {
        let delays = Delays::default();
        let names: Vec<_> = (0..100).map(|name| name.to_string()).collect();
        let all = names.iter().map(|name| from("192.0.2.1", name));
        let free = all.filter(|who| delays.count(*who, 1_000).is_ok());
        assert_eq!(free.count(), 30);
        let mut now = 1_000;
        for name in &names {
            let who = from("192.0.2.1", name);
            if let Err(wait) = delays.count(who, now) {
                assert!(wait <= LONGEST_OF_NETWORK, "{wait}");
                now += wait;
                delays.count(who, now).unwrap();
            }
        }
    }

    #[test]
    fn whoever_shares_a_network_holds_up_no_browser_that_is_known() {
        let delays = Delays::default();
        let mut now = 1_000;
        for name in ["amelie", "benoit"].repeat(40) {
            let _ = delays.count(from("192.0.2.1", name), now);
        }
        let known = Trying {
            known: true,
            ..from("192.0.2.1", "amelie")
        };
        assert!(delays.wait(from("192.0.2.1", "amelie"), now).is_err());
        assert_eq!(delays.wait(known, now), Ok(()));
        // It is no way around the waits: it has its own.
        let waits = waits(&delays, known, &mut now);
        assert_eq!(&waits[..4], &[2, 4, 8, 16]);
    }

    #[test]
    fn codes_are_counted_wherever_they_are_tried_and_hold_up_no_password() {
        let delays = Delays::default();
        let code = |address, known| Trying {
            code: true,
            known,
            ..from(address, "amelie")
        };
        let addresses: Vec<_> = (0..100).map(|last| format!("192.0.2.{last}")).collect();
        let tries = addresses.iter().map(|address| code(address, false));
        let free = tries.filter(|who| delays.count(*who, 1_000).is_ok());
        assert_eq!(free.count(), 8);
        assert_eq!(delays.wait(code("192.0.2.1", true), 1_000), Ok(()));
        assert_eq!(delays.wait(from("192.0.2.1", "amelie"), 1_000), Ok(()));
    }
}
