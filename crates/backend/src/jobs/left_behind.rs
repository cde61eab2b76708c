//! What backends leave behind that die: the process before this one, and others on the same books.

use std::sync::Arc;
use std::time::Duration;

use guichet_store::{DEAD_AFTER, LeftBehind, StoreError};

use crate::app::App;
use crate::clock;
use crate::payments::{due, operations};

/// How often a backend says that it is alive, and looks who is not.
const BEAT: Duration = Duration::from_secs(2);
const _: () = assert!(2 * BEAT.as_secs() < DEAD_AFTER.as_secs());

/// Takes over what was left behind: what is due again is done as ever; what may have been sent is
/// looked up, beside all else.
pub(crate) async fn take_over(app: &Arc<App>) -> Result<(), StoreError> {
    let LeftBehind {
        payments,
        operations,
    } = app.store.take_over(clock::unix_now()).await?;
    for payment in payments {
        let app = Arc::clone(app);
        app.tasks.clone().spawn(async move {
            if let Err(error) = due::look_up_early(&app, &payment).await {
                tracing::error!(
                    error.cause = %error, %payment, "a payment that was left behind could not be \
                     looked up: it is once its time has come"
                );
            }
        });
    }
    for operation in operations {
        let app = Arc::clone(app);
        app.tasks.clone().spawn(async move {
            if let Err(error) = operations::perform::look_up_early(&app, &operation).await {
                tracing::error!(
                    error.cause = %error, %operation, "an operation that was left behind could \
                     not be looked up: it is once its time has come"
                );
            }
        });
    }
    Ok(())
}

/// Does so again and again, where others serve the same books.
pub(crate) async fn rounds(app: Arc<App>) {
    if !app.store.is_shared() {
        return std::future::pending().await;
    }
    loop {
        tokio::time::sleep(BEAT).await;
        if let Err(error) = take_over(&app).await {
            tracing::error!(
                error.cause = %error, "the books can't be told that this backend is alive"
            );
        }
    }
}
