//! When one person alone may not do something.

use guichet_domain::desk::Act;
use guichet_domain::money::Currency;
use guichet_store::StoreError;

use super::door::door;
use crate::app::App;
use crate::clock;

/// Whether a second person has to approve so much of an act with a payment, with what the person
/// alone has done of the same with it before. The deed of the key `but` does not count.
pub(super) async fn is_needed(
    app: &App,
    person: &str,
    (act, payment): (Act, &str),
    (minor, currency): (u64, Currency),
    but: &str,
) -> Result<bool, StoreError> {
    let Some((desk, people)) = door(app) else {
        return Ok(false);
    };
    let Some(sums) = &desk.four_eyes else {
        return Ok(false);
    };
    let of = (payment, currency);
    let before = people.done_alone(person, act, of, but).await?;
    Ok(sums.0.is_passed(currency, minor.saturating_add(before)))
}

/// Until when what is asked for now may be approved, in Unix seconds.
pub(super) fn expires(app: &App) -> i64 {
    let approvable = door(app).map_or(0, |(desk, _)| desk.approvable());
    clock::unix_now() + approvable
}
