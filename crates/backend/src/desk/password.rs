//! Passwords of the desk's people: argon2id, with the library's own parameters, which are those
//! that OWASP names (19 MiB, 2 rounds, 1 lane).

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use anyhow::{anyhow, ensure};
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Fewest characters of a password.
const LEAST: usize = 12;

/// Most bytes of one.
pub(crate) const MOST: usize = 1024;

/// How many are looked at at once: each takes memory and a core.
const AT_ONCE: usize = 2;

/// How long somebody waits for a turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is compared where there is nobody of that name, so that how long it takes tells nothing.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| hash("nobody has this one").ok());

/// What the demo's passwords begin with. They are published: production takes none.
const PUBLISHED: &str = "guichet-sandbox-demo-";

/// The demo's password of somebody.
pub(crate) fn published(name: &str) -> String {
    format!("{PUBLISHED}{name}")
}

/// It is one of the demo's.
pub(crate) fn is_published(password: &str) -> bool {
    password.starts_with(PUBLISHED)
}

/// A new password is good enough.
pub(crate) fn check_new(password: &str) -> anyhow::Result<()> {
    let long = password.chars().count() >= LEAST && password.len() <= MOST;
    ensure!(
        long,
        "the password must have at least {LEAST} characters and at most {MOST} bytes"
    );
    Ok(())
}

/// What is kept of a password.
pub(crate) fn hash(password: &str) -> anyhow::Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    let hash = hash.map_err(|error| anyhow!("the password can't be hashed: {error}"))?;
    Ok(hash.to_string())
}

fn fits(password: &str, kept: &str) -> bool {
    let Ok(kept) = PasswordHash::new(kept) else {
        return false;
    };
    let verified = Argon2::default().verify_password(password.as_bytes(), &kept);
    verified.is_ok()
}

/// The turns in which passwords are looked at.
pub(crate) struct Turns {
    free: Arc<Semaphore>,
    patience: Duration,
}

impl Default for Turns {
    fn default() -> Self {
        Self::new(AT_ONCE, PATIENCE)
    }
}

impl Turns {
    pub(crate) fn new(at_once: usize, patience: Duration) -> Self {
        let free = Arc::new(Semaphore::new(at_once));
        Self { free, patience }
    }

    /// A turn; none if none is free for as long as anybody waits.
    pub(crate) async fn take(&self) -> Option<Turn> {
        let turn = Arc::clone(&self.free).acquire_owned();
        timeout(self.patience, turn).await.ok()?.ok().map(Turn)
    }
}

/// A turn to look at one password.
pub(crate) struct Turn(OwnedSemaphorePermit);

impl Turn {
    /// Whether the password is that of which `kept` was kept. Without a person it takes as long,
    /// and never is.
    pub(crate) async fn verify(
        self,
        password: String,
        kept: Option<String>,
    ) -> anyhow::Result<bool> {
        let work = move || {
            // Held until the work is done, also where nobody waits for it any more.
            let _turn = self.0;
            // Whoever signs on elsewhere has no password: as long as for nobody.
            let kept = kept.filter(|kept| PasswordHash::new(kept).is_ok());
            match kept {
                Some(kept) => fits(&password, &kept),
                None => {
                    let _ = NOBODY.as_deref().map(|nobody| fits(&password, nobody));
                    false
                }
            }
        };
        Ok(tokio::task::spawn_blocking(work).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_what_was_kept_of_it_alone() {
        let kept = hash("correct horse battery").unwrap();
        assert!(
            kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{kept}"
        );
        assert_ne!(kept, hash("correct horse battery").unwrap(), "a salt each");
        for (password, kept, fits) in [
            ("correct horse battery", Some(kept.clone()), true),
            ("correct horse batterz", Some(kept.clone()), false),
            ("nobody has this one", None, false),
            ("", Some(String::new()), false),
        ] {
            let turn = Turns::default().take().await.unwrap();
            let found = turn.verify(password.into(), kept).await.unwrap();
            assert_eq!(found, fits, "{password}");
        }
    }

    #[test]
    fn a_short_password_is_refused() {
        assert!(check_new("elevenchars").is_err());
        assert!(check_new("twelve chars").is_ok());
        assert!(check_new(&"x".repeat(MOST + 1)).is_err());
    }
}
