//! Notifications that could not be taken. How many of one account are kept is bounded.

use crate::error::StoreError;
use crate::transaction::Transaction;
use crate::types::Message;

/// Most different genuine messages of one account. The oldest stay: whoever sends many can't push
/// out what came before. More are counted together.
const GENUINE_MAX: u32 = 1000;

/// Most messages of one account that nobody is known to have signed. The latest stay.
const REFUSED_MAX: u32 = 100;

/// Keeps a message, and gives how often it came.
pub(crate) async fn keep(
    tx: &mut dyn Transaction,
    message: &Message<'_>,
    now: i64,
) -> Result<u32, StoreError> {
    if !message.genuine {
        let times = tx.count_message(message, now).await?;
        tx.trim_messages(message.account.as_str(), REFUSED_MAX)
            .await?;
        return Ok(times);
    }
    let (there, is_there) = tx.genuine_messages(message).await?;
    if is_there || there < GENUINE_MAX {
        return tx.count_message(message, now).await;
    }
    let rest = Message {
        why: "too many different messages: the rest is only counted",
        content: b"",
        ..*message
    };
    tx.count_message(&rest, now).await
}
