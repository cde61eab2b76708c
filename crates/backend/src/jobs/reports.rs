//! The platforms' reports, compared with the books each night.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Time;

use crate::app::App;
use crate::clock;
use crate::payments::compare::compare;

const DAY: i64 = 24 * 3600;

/// Seconds until the next comparison, which begins at that time of the day (UTC).
fn until_next(now: i64, at: Time) -> u64 {
    let begins = i64::from(at.hour()) * 3600 + i64::from(at.minute()) * 60 + i64::from(at.second());
    let since = (now - begins).rem_euclid(DAY);
    u64::try_from(DAY - since).unwrap_or_default()
}

/// Compares all accounts that have a report, night by night, for ever.
pub(crate) async fn run(app: Arc<App>) {
    loop {
        tokio::time::sleep(Duration::from_secs(until_next(
            clock::unix_now(),
            app.config.reports_at,
        )))
        .await;
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
    use jiff::civil::time;

    use super::*;

    #[test]
    fn it_is_compared_once_a_night() {
        let four = time(4, 0, 0, 0);
        assert_eq!(until_next(0, four), 4 * 3600);
        assert_eq!(until_next(4 * 3600, four), 24 * 3600);
        assert_eq!(until_next(4 * 3600 - 1, four), 1);
        assert_eq!(until_next(4 * 3600 + 1, four), 24 * 3600 - 1);
        assert_eq!(until_next(DAY, time(23, 59, 30, 0)), 24 * 3600 - 30);
    }
}
