//! Which payment holds which terminal, by what this process knows.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use guichet_domain::id::{PaymentId, Slug};

/// A terminal: its account and its name there.
pub(crate) type Place = (Slug, Slug);

/// Who holds which terminal.
#[derive(Default)]
pub(crate) struct Holds(Mutex<HashMap<Place, Hold>>);

/// A terminal's hold.
#[derive(Clone)]
pub(crate) struct Hold {
    pub(crate) payment: PaymentId,
    /// Unix second at which it ends by itself.
    pub(crate) until: i64,
    /// What the terminal shows meanwhile.
    pub(crate) says: Option<String>,
}

impl Holds {
    fn all(&self) -> MutexGuard<'_, HashMap<Place, Hold>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The payment that holds it now.
    pub(crate) fn holder(&self, place: &Place, now: i64) -> Option<PaymentId> {
        let hold = self.all().get(place).cloned();
        hold.filter(|hold| now < hold.until)
            .map(|hold| hold.payment)
    }

    /// What it shows, while that payment holds it.
    pub(crate) fn says(&self, place: &Place, payment: &PaymentId) -> Option<String> {
        let all = self.all();
        let hold = all.get(place).filter(|hold| hold.payment == *payment)?;
        hold.says.clone()
    }

    /// Keeps what it shows, while that payment holds it.
    pub(crate) fn shows(&self, place: &Place, payment: &PaymentId, says: Option<String>) {
        if let Some(hold) = self.all().get_mut(place)
            && hold.payment == *payment
        {
            hold.says = says;
        }
    }

    /// Holds it, whoever did before.
    pub(crate) fn hold(&self, place: Place, hold: Hold) {
        self.all().insert(place, hold);
    }

    /// Holds it, unless somebody else does now.
    pub(crate) fn hold_if_free(&self, place: Place, hold: Hold, now: i64) {
        let mut all = self.all();
        if all.get(&place).is_none_or(|other| now >= other.until) {
            all.insert(place, hold);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_one_payments_until_its_time_is_over() {
        let slug = |name: &str| Slug::try_from(name.to_owned()).unwrap();
        let place = || (slug("account"), slug("counter"));
        let hold = |number| Hold {
            payment: PaymentId::from_random([number; 16]),
            until: 100,
            says: None,
        };
        let holds = Holds::default();
        assert_eq!(holds.holder(&place(), 0), None);
        holds.hold(place(), hold(1));
        holds.hold_if_free(place(), hold(2), 99);
        assert_eq!(holds.holder(&place(), 99), Some(hold(1).payment));
        assert_eq!(holds.holder(&(slug("account"), slug("garden")), 99), None);
        assert_eq!(holds.holder(&place(), 100), None);
        holds.hold_if_free(place(), hold(2), 100);
        assert_eq!(holds.holder(&place(), 99), Some(hold(2).payment));
        // What a terminal shows is of the payment that holds it.
        holds.shows(&place(), &hold(1).payment, Some("card?".into()));
        assert_eq!(holds.says(&place(), &hold(2).payment), None);
        holds.shows(&place(), &hold(2).payment, Some("card?".into()));
        let says = holds.says(&place(), &hold(2).payment);
        assert_eq!(says.as_deref(), Some("card?"));
        assert_eq!(holds.says(&place(), &hold(1).payment), None);
    }
}
