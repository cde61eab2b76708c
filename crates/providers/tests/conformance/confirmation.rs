//! What our own account says of a claim.

use guichet_providers::contract::{CallError, Exchange, Query};

use crate::world::{Answer, NOW, claim, each, exchange, nonsense};

#[test]
fn a_query_without_a_usable_answer_agrees_to_nothing() {
    each(|provider, _| {
        let Some(confirmation) = provider.confirmation() else {
            return;
        };
        let claim = claim();
        let lost: [Answer; 1] = [Err(CallError::NoAnswer)];
        for answer in nonsense().into_iter().chain(lost) {
            let mut sequence = 0;
            let step = |exchanges: &[Exchange]| {
                sequence += 1;
                let query = Query {
                    reference: "R",
                    claim: &claim,
                    total: claim.amount,
                    sequence,
                    now: jiff::Timestamp::from_second(NOW).unwrap(),
                };
                confirmation.query(&query, exchanges)
            };
            assert!(exchange(step, |_, _| answer.clone()).is_err());
        }
    });
}

#[test]
fn counters_are_no_other_providers() {
    each(|provider, _| {
        let asked = provider.confirmation().map(|own| own.sequence_scope());
        for scope in asked.into_iter().chain(provider.reference_scope()) {
            assert!(
                scope.starts_with(&format!("{}/", provider.name())),
                "{scope}"
            );
        }
    });
}
