//! Values that a platform vouched for.

use std::ops::Deref;

/// A value that came out of a verified notification, or of the answer to a call of ours.
///
/// The constructor is private to this crate and there is no `Deserialize`: outside of it, nobody
/// can claim that something was verified.
///
/// ```
/// fn reads(verified: &guichet_providers::Verified<u8>) -> u8 {
///     **verified
/// }
/// ```
///
/// ```compile_fail
/// let forged = guichet_providers::Verified(1_u8);
/// ```
///
/// ```compile_fail
/// let forged = guichet_providers::Verified::new(1_u8);
/// ```
///
/// ```compile_fail
/// fn from_json<'a, T: serde::Deserialize<'a>>() {}
/// from_json::<guichet_providers::Verified<u8>>();
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    /// Only for code that has just checked a signature or read the answer to a call of ours.
    pub(crate) fn new(value: T) -> Self {
        Self(value)
    }

    /// Gives the value away; it is then as good as any other.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
