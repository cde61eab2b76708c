//! Names that nobody guesses.

/// A random name of 128 bits, in hexadecimal.
pub(crate) fn random_id() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}
