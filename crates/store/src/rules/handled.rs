//! What of a payment's attention was looked after.

use std::collections::BTreeSet;

use guichet_domain::attention::{Attention, Matter};

use crate::error::StoreError;
use crate::transaction::Transaction;
use crate::types::Entry;

/// What of a payment's attention was looked after. What it is not in any more is forgotten, so that
/// it needs a person when it comes again.
pub(crate) async fn handled(
    tx: &mut dyn Transaction,
    entry: &Entry,
    attention: &BTreeSet<Attention>,
) -> Result<BTreeSet<Attention>, StoreError> {
    let payment = &entry.payment.id;
    let mut handled = BTreeSet::new();
    for kept in tx.of_payment(payment.as_str()).await? {
        let Matter::Payment(_, why) = kept.matter else {
            continue;
        };
        if !attention.contains(&why) {
            tx.forget(payment.as_str(), why.as_str()).await?;
        } else if kept.looked_after.is_done(entry.told(why)) {
            handled.insert(why);
        }
    }
    Ok(handled)
}
