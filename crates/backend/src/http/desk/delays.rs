//! How long somebody waits between two tries of a password.
//!
//! Tries are counted by address and name, and by address: whoever guesses at a name holds up
//! nobody who logs in with it from elsewhere.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Mutex, PoisonError};

use ipnet::IpNet;

use crate::limiter::network;
use crate::recent::Recent;

/// How many are remembered, in each of two halves.
const REMEMBERED: usize = 20_000;

/// Tries of one name from one address that are free.
const FREE_OF_NAME: u32 = 4;

/// Tries from one address that are free, whatever the name: a whole shop may share it.
const FREE_OF_ADDRESS: u32 = 30;

/// The longest that anybody waits, in seconds.
const LONGEST: i64 = 15 * 60;

/// Seconds after which tries are forgotten.
const FORGOTTEN_AFTER: i64 = 24 * 3600;

type Key = (IpNet, Option<String>);

/// So many tries, the last one then.
#[derive(Clone, Copy, Default)]
struct Tries {
    count: u32,
    last: i64,
}

impl Tries {
    /// Seconds until the next one may be made.
    fn wait(self, free: u32, now: i64) -> i64 {
        let Some(above) = self.count.checked_sub(free) else {
            return 0;
        };
        let pause = (2_i64 << above.min(10)).min(LONGEST);
        // A clock that was put back makes nobody wait for longer.
        (self.last + pause - now).clamp(0, pause)
    }
}

/// The tries that did not lead in.
pub(super) struct Delays(Mutex<Recent<Key, Tries>>);

impl Default for Delays {
    fn default() -> Self {
        Self(Mutex::new(Recent::new(REMEMBERED)))
    }
}

impl Delays {
    /// Counts a try before it is made, so that many at once are as many; or gives the seconds to
    /// wait, and counts nothing.
    pub(super) fn count(&self, address: Option<IpAddr>, name: &str, now: i64) -> Result<(), i64> {
        let tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = keys(address, name).map(|(key, free)| {
            let tries = tries.get(&key).unwrap_or_default();
            let forgotten = now - tries.last > FORGOTTEN_AFTER;
            (key, free, if forgotten { Tries::default() } else { tries })
        });
        let waits = counted
            .iter()
            .map(|(_, free, tries)| tries.wait(*free, now));
        let wait = waits.max().unwrap_or_default();
        if wait > 0 {
            return Err(wait);
        }
        for (key, _, Tries { count, .. }) in counted {
            let count = count.saturating_add(1);
            tries.insert(key, Tries { count, last: now });
        }
        Ok(())
    }

    /// The try led in: it was no guess.
    pub(super) fn forget(&self, address: Option<IpAddr>, name: &str) {
        let tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let [(of_name, _), (of_address, _)] = keys(address, name);
        tries.insert(of_name, Tries::default());
        if let Some(mut all) = tries.get(&of_address) {
            all.count = all.count.saturating_sub(1);
            tries.insert(of_address, all);
        }
    }
}

fn keys(address: Option<IpAddr>, name: &str) -> [(Key, u32); 2] {
    let address = address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let network = network(address, false);
    [
        ((network, Some(name.to_owned())), FREE_OF_NAME),
        ((network, None), FREE_OF_ADDRESS),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_guesses_waits_longer_and_longer_and_holds_up_nobody_elsewhere() {
        let delays = Delays::default();
        let here = Some("192.0.2.1".parse().unwrap());
        let there = Some("192.0.2.2".parse().unwrap());
        let mut now = 1_000;
        let mut waits = Vec::new();
        for _ in 0..16 {
            if let Err(wait) = delays.count(here, "amelie", now) {
                waits.push(wait);
                assert_eq!(delays.count(here, "amelie", now + wait - 1), Err(1));
                now += wait;
                delays.count(here, "amelie", now).unwrap();
            }
        }
        assert_eq!(&waits[..4], &[2, 4, 8, 16]);
        assert_eq!(waits.last(), Some(&LONGEST));
        assert_eq!(delays.count(there, "amelie", now), Ok(()));
        assert_eq!(delays.count(here, "benoit", now), Ok(()));
        delays.forget(here, "amelie");
        assert_eq!(delays.count(here, "amelie", now), Ok(()));
    }

    #[test]
    fn who_guesses_at_many_names_waits_too() {
        let delays = Delays::default();
        let here = Some("192.0.2.1".parse().unwrap());
        let free = (0..100).filter(|name| delays.count(here, &name.to_string(), 1_000).is_ok());
        assert_eq!(free.count(), 30);
    }
}
