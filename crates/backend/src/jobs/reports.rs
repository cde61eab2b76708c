//! The platforms' reports, compared with the books each night.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::clock;
use crate::payments::compare::compare;

const DAY: i64 = 24 * 3600;
/// Second of the day (UTC) at which it begins: after the platforms' own night.
const AT: i64 = 4 * 3600;

/// Seconds until the next comparison.
fn until_next(now: i64) -> u64 {
    let since = (now - AT).rem_euclid(DAY);
    u64::try_from(DAY - since).unwrap_or_default()
}

/// Compares all accounts that have a report, night by night, for ever.
pub(crate) async fn run(app: Arc<App>) {
    loop {
        tokio::time::sleep(Duration::from_secs(until_next(clock::unix_now()))).await;
        for account in app.accounts.iter() {
            let Some(report) = account.report() else {
                continue;
            };
            let account_id = account.account();
            match compare(&app, account, report).await {
                Ok(compared) => tracing::info!(
                    account = %account_id, lines = compared.lines,
                    differences = compared.differences.len(), "the report was compared"
                ),
                Err(error) => tracing::error!(
                    alert = "report", account = %account_id, error.cause = %error,
                    "the report could not be compared with the books"
                ),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_compared_once_a_night() {
        assert_eq!(until_next(0), 4 * 3600);
        assert_eq!(until_next(AT), 24 * 3600);
        assert_eq!(until_next(AT - 1), 1);
        assert_eq!(until_next(AT + 1), 24 * 3600 - 1);
    }
}
