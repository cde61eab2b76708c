//! Who did what.

use guichet_desk::pages::audit::Done;
use guichet_desk::words::Deed;
use guichet_store::{DeskDeed, Store, StoreError};

use super::in_paris;

/// Most acts that are shown.
const SHOWN_MAX: u32 = 500;

/// The latest acts.
pub(crate) async fn page(store: &dyn Store) -> Result<Vec<Done>, StoreError> {
    let Some(people) = store.desk_people() else {
        return Ok(Vec::new());
    };
    let acts = people.acts(SHOWN_MAX).await?.into_iter();
    let acts = acts.map(|act| Done {
        at: in_paris(act.happened_at),
        person: act.person,
        deed: match act.act {
            DeskDeed::Added => Deed::Added,
            DeskDeed::RoleChanged => Deed::RoleChanged,
            DeskDeed::Disabled => Deed::Disabled,
            DeskDeed::CodeReset => Deed::CodeReset,
            DeskDeed::PasswordGiven => Deed::PasswordGiven,
            DeskDeed::CodeSet => Deed::CodeSet,
            DeskDeed::CodeRefused => Deed::CodeRefused,
            DeskDeed::ProvedAgain => Deed::ProvedAgain,
            DeskDeed::LoggedIn => Deed::LoggedIn,
            DeskDeed::Refused => Deed::Refused,
            DeskDeed::LoggedOut => Deed::LoggedOut,
        },
        origin: act.origin,
    });
    Ok(acts.collect())
}
