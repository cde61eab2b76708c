//! The sandbox's own signatures: HMAC-SHA512 of a call, RSA of a notification.
//!
//! Source: Paybox System manual as restated in the project's Up2pay notes; the key's shape (1024
//! bits, PKCS#1 v1.5, SHA-1) is the platform's, weak as it is.

use std::io::Write;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey, LineEnding};
use rsa::signature::{SignatureEncoding, Signer as _};
use rsa::{BigUint, RsaPrivateKey, RsaPublicKey};
use sha1::Sha1;
use sha2::Sha512;

/// Upper-case hexadecimal HMAC-SHA512.
#[must_use]
pub fn hmac_sha512_hex(key: &[u8], message: &[u8]) -> String {
    // An HMAC takes a key of any length.
    match Hmac::<Sha512>::new_from_slice(key) {
        Ok(mut mac) => {
            mac.update(message);
            hex::encode_upper(mac.finalize().into_bytes())
        }
        Err(_) => String::new(),
    }
}

/// Whether `given` is the HMAC of `message`, upper or lower case.
pub(crate) fn hmac_matches(key: &[u8], message: &[u8], given: &str) -> bool {
    let Ok(given) = hex::decode(given) else {
        return false;
    };
    let Ok(mut mac) = Hmac::<Sha512>::new_from_slice(key) else {
        return false;
    };
    mac.update(message);
    mac.verify_slice(&given).is_ok()
}

/// Why the signing key can't be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file or folder can't be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The private key's file holds something else.
    #[error("{path} is not a PKCS#8 RSA private key; remove it to have a new one made")]
    Unreadable {
        /// The file.
        path: PathBuf,
    },
    /// No key could be generated or written as PEM.
    #[error("no RSA key could be made: {0}")]
    Generate(String),
}

/// A private key that signs as the platform does.
pub(crate) struct PlatformSigner {
    key: SigningKey<Sha1>,
}

impl PlatformSigner {
    /// A key of 1024 bits that nobody else knows.
    pub(crate) fn generate() -> Result<Self, KeyError> {
        Ok(Self {
            key: SigningKey::new(generate_key()?),
        })
    }

    /// Standard base64 of the RSASSA-PKCS1-v1_5 SHA-1 signature.
    pub(crate) fn sign(&self, data: &[u8]) -> String {
        match self.key.try_sign(data) {
            Ok(signature) => STANDARD.encode(signature.to_bytes()),
            Err(_) => String::new(),
        }
    }
}

/// The exponent is not the platform's 65,537: a backend in production recognises a sandbox's key by
/// it, and refuses it.
const EXPONENT: u32 = 257;

fn generate_key() -> Result<RsaPrivateKey, KeyError> {
    RsaPrivateKey::new_with_exp(&mut rand::rngs::OsRng, 1024, &BigUint::from(EXPONENT))
        .map_err(|error| KeyError::Generate(error.to_string()))
}

/// Name of the public key's file, SPKI PEM.
pub(crate) const PUBLIC_KEY_FILE: &str = "up2pay-public.pem";
const PRIVATE_KEY_FILE: &str = "up2pay-private.pem";

/// Reads the key pair of `folder`, or makes one; the public half is always written again.
pub(crate) fn load_or_create(folder: &Path) -> Result<PlatformSigner, KeyError> {
    let file_error = |path: &Path| {
        let path = path.to_owned();
        move |source| KeyError::File { path, source }
    };
    std::fs::create_dir_all(folder).map_err(file_error(folder))?;
    let private_path = folder.join(PRIVATE_KEY_FILE);
    let private = match std::fs::read_to_string(&private_path) {
        Ok(pem) => RsaPrivateKey::from_pkcs8_pem(&pem).map_err(|_| KeyError::Unreadable {
            path: private_path.clone(),
        })?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = generate_key()?;
            let pem = key
                .to_pkcs8_pem(LineEnding::LF)
                .map_err(|error| KeyError::Generate(error.to_string()))?;
            write_private(&private_path, pem.as_bytes()).map_err(file_error(&private_path))?;
            key
        }
        Err(source) => {
            return Err(KeyError::File {
                path: private_path,
                source,
            });
        }
    };
    let public_path = folder.join(PUBLIC_KEY_FILE);
    let public = RsaPublicKey::from(&private)
        .to_public_key_pem(LineEnding::LF)
        .map_err(|error| KeyError::Generate(error.to_string()))?;
    std::fs::write(&public_path, public).map_err(file_error(&public_path))?;
    Ok(PlatformSigner {
        key: SigningKey::new(private),
    })
}

/// Writes a file that only its owner reads.
fn write_private(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(content)
}
