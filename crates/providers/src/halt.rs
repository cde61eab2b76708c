//! Where several calls, written as one function, stop before their end.

use crate::contract::{Failure, PlatformCall, Step};

/// Why it stops here.
pub(crate) enum Halt {
    /// This call comes next.
    Call(Box<PlatformCall>),
    /// It can't go on.
    Failed(Failure),
}

impl From<Failure> for Halt {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

pub(crate) fn unexpected(what: impl Into<String>) -> Failure {
    Failure::Unexpected(what.into())
}

/// What the calls came to.
pub(crate) fn step<T>(end: Result<T, Halt>) -> Step<T> {
    match end {
        Ok(done) => Step::Done(done),
        Err(Halt::Call(call)) => Step::Call(*call),
        Err(Halt::Failed(failure)) => Step::Failed(failure),
    }
}
