//! Digests: what a secret or a request is recognised by without being kept.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, SHA256_OUTPUT_LEN, digest};
use aws_lc_rs::hmac;

/// SHA-256 of something.
pub(crate) type Sha256 = [u8; SHA256_OUTPUT_LEN];

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> Sha256 {
    let mut sum = [0; SHA256_OUTPUT_LEN];
    sum.copy_from_slice(digest(&SHA256, bytes).as_ref());
    sum
}

/// HMAC-SHA-256.
pub(crate) fn keyed(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, bytes).as_ref().to_vec()
}

/// Compares what may be secret: how long it takes tells nothing of where they differ.
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    verify_slices_are_equal(one, other).is_ok()
}
