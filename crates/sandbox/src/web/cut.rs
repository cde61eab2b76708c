//! An answer that is lost on its way.

use axum::body::{Bytes, HttpBody};

/// A body that fails before its first byte: the connection is closed with nothing sent.
pub(crate) struct CutBody;

impl HttpBody for CutBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, std::io::Error>>> {
        let cut = std::io::Error::other("answer lost on purpose");
        std::task::Poll::Ready(Some(Err(cut)))
    }
}
