//! A person's word on an operation that the platform's word leaves undecided.

use guichet_domain::id::OperationId;
use guichet_domain::operation::{OperationStage, Progress};
use guichet_store::{OperationAdvance, Source};

use super::error::OperationError;
use super::perform::event;
use crate::app::App;

/// Ends an operation that is undecided, and no other.
pub(crate) async fn settle(
    app: &App,
    id: &OperationId,
    was_done: bool,
) -> Result<(), OperationError> {
    let operation = app
        .store
        .operation(id)
        .await?
        .ok_or(OperationError::Unknown)?;
    let progress = if was_done {
        Progress::Done { numbers: None }
    } else {
        Progress::Refused {
            code: String::new(),
            why: "a person looked it up: it was not done".into(),
        }
    };
    let event = event(&operation, progress);
    let over = OperationAdvance {
        id,
        from: Some(OperationStage::Undecided),
        to: OperationStage::Over,
        next_try_at: None,
        tries: 0,
        due: None,
        answer: Some("settled by a person"),
        event: Some((&event, Source::Operator)),
    };
    let settled = app.store.advance_operation(&over).await?;
    settled.then_some(()).ok_or(OperationError::NotUndecided)
}
