//! Recording what a platform said, though the books can't be written for a while.

use std::time::Duration;

use guichet_store::StoreError;

/// How long is waited before what could not be recorded is recorded again. Together, and with the
/// longest question, less than [`guichet_store::ASKING_SECONDS`].
const PAUSES_SECONDS: [u64; 6] = [1, 1, 2, 4, 8, 16];

/// Records it, again and again for half a minute: the platform is not asked again because our books
/// could not be written.
pub(crate) async fn persist<T, F>(mut record: impl FnMut() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    for pause in PAUSES_SECONDS {
        match record().await {
            Ok(recorded) => return Ok(recorded),
            Err(error) => {
                tracing::error!(error.cause = %error, "an answer could not be recorded");
                tokio::time::sleep(Duration::from_secs(pause)).await;
            }
        }
    }
    record().await
}
