//! Cards that a platform memos.

use guichet_providers::contract::{
    CallError, Failure, First, Owner, PlatformCall, Save, Vault, VaultCard,
};

use crate::samples::{FIRST, Sample, session};
use crate::world::{Answer, each, each_in_production, exchange, hides_what_is_secret, nonsense};

/// Asks a vault everything, for one owner.
fn ask(
    vault: &dyn Vault,
    save: &Save,
    platform: impl Fn(&PlatformCall) -> Answer,
) -> Vec<Result<Vec<VaultCard>, Failure>> {
    let session = session();
    let kept = [First {
        card: "1".to_owned(),
        proof: FIRST.to_owned(),
    }];
    let owner = Owner {
        kept: &kept,
        ..Owner::of(&session).unwrap()
    };
    let platform = |_, call: &PlatformCall| platform(call);
    let nothing = |()| Vec::new();
    let mut ends = vec![
        exchange(|exchanges| vault.cards(&owner, exchanges), platform),
        exchange(|exchanges| vault.remove(&owner, "1", exchanges), platform).map(nothing),
    ];
    if !save.0.is_empty() {
        let added = exchange(|exchanges| vault.add(&owner, save, exchanges), platform);
        ends.push(added.map(|_| Vec::new()));
    }
    ends
}

/// Runs a check against every vault.
fn each_vault(check: impl Fn(&dyn Vault, &Sample, &Save)) {
    each(|provider, sample| {
        if let Some(vault) = provider.vault() {
            check(vault, sample, &Save(sample.save.to_owned()));
        }
    });
}

#[test]
fn a_vault_lists_removes_and_adds() {
    each_vault(|vault, sample, save| {
        assert!(vault.adds());
        let mut ends = ask(vault, save, |call| sample.well(call));
        assert!(ends.iter().all(Result::is_ok), "{ends:?}");
        let cards = ends.swap_remove(0).unwrap();
        assert!(!cards.is_empty());
        for card in &cards {
            assert!(!card.id.is_empty() && card.last_digits.len() <= 4);
        }
        hides_what_is_secret(&format!("{cards:?}"));
        assert_eq!(format!("{save:?}"), "Save(…)");
    });
}

#[test]
fn a_vault_that_is_down_or_talks_nonsense_has_done_nothing() {
    each_vault(|vault, _, save| {
        let lost = [Err(CallError::NotSent), Err(CallError::NoAnswer)];
        for answer in nonsense().into_iter().chain(lost) {
            for end in ask(vault, save, |_| answer.clone()) {
                assert!(end.is_err(), "{answer:?} {end:?}");
            }
        }
        for end in ask(vault, save, |_| Err(CallError::NotSent)) {
            assert_eq!(end.unwrap_err(), Failure::Unreachable);
        }
    });
}

#[test]
fn what_nobody_vouches_for_is_no_card_in_production() {
    each_in_production(|provider, sample| {
        if let Some(vault) = provider.vault() {
            let save = Save(sample.save.to_owned());
            for end in ask(vault, &save, |call| sample.well(call)) {
                assert!(end.is_err(), "{end:?}");
            }
        }
    });
}
