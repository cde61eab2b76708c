//! What is known of shoppers is erased once nothing has happened to a session for as long as its
//! shop keeps it. The ledger stays.

use std::sync::Arc;
use std::time::Duration;

use guichet_store::StoreError;

use crate::app::App;
use crate::clock;

/// How often the books are looked through.
const ROUND: Duration = Duration::from_secs(3600);

/// Most sessions of one transaction, and the pause between two: others write meanwhile.
const TOGETHER: u32 = 100;
const PAUSE: Duration = Duration::from_millis(200);

/// Erases what is due, hour by hour, for ever.
pub(crate) async fn rounds(app: Arc<App>) {
    loop {
        match round(&app).await {
            Ok(0) => {}
            Ok(erased) => tracing::info!(erased, "what was known of shoppers was erased"),
            Err(error) => tracing::error!(
                error.cause = %error,
                "what is known of shoppers could not be erased; it is tried again in an hour"
            ),
        }
        tokio::time::sleep(ROUND).await;
    }
}

/// Erases all that is due. How many sessions, messages and requests there were.
async fn round(app: &App) -> Result<u64, StoreError> {
    let now = clock::unix_now();
    let mut erased = 0;
    let shops = app.config.shops.iter();
    for shop in shops.clone() {
        let before = shop.personal_data_months.before(clock::now());
        loop {
            let some = app.store.erase_old(&shop.id, before, TOGETHER, now).await?;
            erased += u64::from(some);
            if some < TOGETHER {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
    // What is of no shop is kept for no longer than any shop keeps what is its own.
    let before = shops.map(|shop| shop.personal_data_months.before(clock::now()));
    let Some(before) = before.max() else {
        return Ok(erased);
    };
    loop {
        let some = app.store.forget_old(before, TOGETHER).await?;
        erased += u64::from(some);
        if some < TOGETHER {
            return Ok(erased);
        }
        tokio::time::sleep(PAUSE).await;
    }
}
