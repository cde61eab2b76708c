//! Calls to a platform that numbers them.

use guichet_providers::contract::{Exchange, Failure, Provider, Step};
use guichet_store::StoreError;

use crate::app::App;
use crate::clock::{self, Since};

/// The longest that a call may take, with its wait for a place, in seconds.
pub(crate) const CALL_SECONDS: i64 = 60;

/// The next step, unless a call of it would be sent too late: so many seconds after what it is part
/// of was begun. Whoever was frozen meanwhile may have been taken for dead, and the payment looked
/// up.
pub(crate) fn in_time<T>(
    since: Since,
    within: i64,
    next: Step<T>,
    exchanges: &[Exchange],
) -> Step<T> {
    if !matches!(next, Step::Call(_)) || since.seconds() < within {
        return next;
    }
    Step::Failed(match exchanges {
        [] => Failure::Unreachable,
        _ => Failure::Unknown,
    })
}

/// Makes the calls that `step` asks for, to its end. Each is given a number of its own, of this
/// counter.
pub(crate) async fn numbered<T: Send>(
    app: &App,
    account: &dyn Provider,
    scope: &str,
    step: impl Fn(u32, &[Exchange]) -> Step<T> + Send,
) -> Result<Result<T, Failure>, StoreError> {
    let mut exchanges = Vec::new();
    let mut sequence = number(app, account, scope).await?;
    loop {
        let mut next = step(sequence, &exchanges);
        if !exchanges.is_empty() && matches!(next, Step::Call(_)) {
            sequence = number(app, account, scope).await?;
            next = step(sequence, &exchanges);
        }
        if let Some(end) = app.platform.step(next, &mut exchanges).await {
            return Ok(end);
        }
    }
}

async fn number(app: &App, account: &dyn Provider, scope: &str) -> Result<u32, StoreError> {
    let day = account.day(clock::now()).to_string();
    app.store.question_number(scope, &day).await
}

#[cfg(test)]
mod tests {
    use guichet_providers::contract::{HttpMethod, PlatformCall};

    use super::*;

    #[test]
    fn what_would_be_sent_too_late_is_not_sent() {
        let call = || -> Step<()> {
            Step::Call(PlatformCall {
                method: HttpMethod::Get,
                url: "https://platform.example/".into(),
                headers: Vec::new(),
                body: None,
                timeout: std::time::Duration::from_secs(1),
                cache_for: None,
                line: None,
                after: std::time::Duration::ZERO,
                note: String::new(),
            })
        };
        let since = Since::now();
        assert!(matches!(in_time(since, 60, call(), &[]), Step::Call(_)));
        let late = in_time(since, 0, call(), &[]);
        assert!(matches!(late, Step::Failed(Failure::Unreachable)));
        assert!(matches!(
            in_time(since, 0, Step::Done(()), &[]),
            Step::Done(())
        ));
    }
}
