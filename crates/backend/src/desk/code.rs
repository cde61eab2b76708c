//! One-time codes of the desk's people: TOTP (RFC 6238) as every authenticator app makes it, with
//! SHA-1, six digits, 30 seconds and one step of drift.
//!
//! No book has their secret: it is derived from the key of the configuration and the salt that the
//! books have of a person, so that nobody makes codes of a backup.

use anyhow::{Context as _, anyhow};
use guichet_desk::pages::code::SetUp;
use qrcode::{Color, EcLevel, QrCode};
use totp_rs::{Builder, Totp};

use crate::config::CodeKey;
use crate::digest::keyed;

/// Bytes of a secret (RFC 4226, section 4, R6).
const SECRET_BYTES: usize = 20;

/// Bytes of a salt.
pub(crate) const SALT_BYTES: usize = 16;

/// The codes of one person.
pub(crate) struct Codes(Totp);

impl Codes {
    /// The codes of that person, by the salt that stands; the app shows the host beside the name.
    pub(crate) fn of(key: &CodeKey, person: &str, salt: &[u8], host: &str) -> anyhow::Result<Self> {
        let name = [b"codes of the desk\0", person.as_bytes(), b"\0", salt].concat();
        let mut secret = keyed(key.bytes(), &name);
        secret.truncate(SECRET_BYTES);
        Self::with(secret, &format!("{person}@{host}"))
    }

    fn with(secret: Vec<u8>, account: &str) -> anyhow::Result<Self> {
        let account = account.replace(':', "");
        let builder = Builder::new()
            .with_secret(secret)
            .with_account_name(account);
        let totp = builder.with_issuer(Some("Guichet")).build();
        // Its own error may show what it was made of.
        totp.map(Self)
            .map_err(|_| anyhow!("the codes can't be made"))
    }

    /// The time step of a code that was typed, if it is one of now.
    pub(crate) fn step(&self, typed: &str, now: i64) -> Option<i64> {
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        let step = self.0.check(&digits, u64::try_from(now).ok()?)?;
        i64::try_from(step).ok()
    }

    /// The code of a moment.
    #[cfg(test)]
    pub(crate) fn code(&self, now: i64) -> String {
        self.0.generate(u64::try_from(now).unwrap()).to_string()
    }

    /// What a phone is set up with.
    pub(crate) fn set_up(&self) -> anyhow::Result<SetUp> {
        let failed = || anyhow!("the picture of the codes can't be made");
        let address = self.0.to_url().map_err(|_| failed())?;
        let picture = QrCode::with_error_correction_level(address, EcLevel::M);
        let picture = picture.map_err(|_| failed())?;
        let dark = picture
            .to_colors()
            .into_iter()
            .map(|color| color == Color::Dark);
        let dark: Vec<bool> = dark.collect();
        let secret = self.0.secret().to_base32();
        let groups: Vec<_> = secret
            .as_bytes()
            .chunks(4)
            .map(String::from_utf8_lossy)
            .collect();
        Ok(SetUp {
            key: groups.join(" "),
            picture: dark.chunks(picture.width()).map(<[_]>::to_vec).collect(),
        })
    }
}

/// A new salt.
pub(crate) fn salt() -> anyhow::Result<[u8; SALT_BYTES]> {
    crate::clock::random().context("the salt of a person's codes")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, SHA-1: its eight digits are ours with two before them.
    #[test]
    fn codes_are_those_of_the_standard_for_their_step_and_one_beside_it() {
        let codes = Codes::with(b"12345678901234567890".to_vec(), "amelie@shop").unwrap();
        for (now, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            let step = now / 30;
            for (drift, good) in [
                (-60, false),
                (-30, true),
                (0, true),
                (30, true),
                (60, false),
            ] {
                let wanted = good.then_some(step);
                assert_eq!(codes.step(code, now + drift), wanted, "{code} {drift}");
            }
        }
        assert_eq!(codes.step(" 287 082 ", 59), Some(1));
        for wrong in ["", "28708", "2870820", "287083", "28708x", "２８７０８２"] {
            assert_eq!(codes.step(wrong, 59), None, "{wrong}");
        }
        assert_eq!(codes.step("287082", -1), None);
    }

    #[test]
    fn each_person_salt_and_key_has_a_secret_of_its_own() {
        let key = |text: &str| CodeKey::try_from(text.to_owned()).unwrap();
        let one = key("7d3f0b6a4d2e97553b08e1a6c4f7d290");
        let other = key("8c1f0b6a4d2e97553b08e1a6c4f7d290");
        let secret = |key, person, salt| {
            let codes = Codes::of(key, person, salt, "shop").unwrap();
            codes.set_up().unwrap().key
        };
        let first = secret(&one, "amelie", b"salt");
        assert_eq!(
            first.len(),
            32 + 7,
            "160 bits in base32, in groups: {first}"
        );
        for (key, person, salt) in [
            (&other, "amelie", b"salt"),
            (&one, "benoit", b"salt"),
            (&one, "amelie", b"sel."),
        ] {
            assert_ne!(first, secret(key, person, salt));
        }
        assert_eq!(first, secret(&one, "amelie", b"salt"));
    }

    #[test]
    fn a_phone_is_set_up_by_a_square_picture() {
        let codes = Codes::with(vec![7; 20], "amelie@pay.shop.example").unwrap();
        let address = codes.0.to_url().unwrap();
        assert!(
            address.starts_with("otpauth://totp/Guichet:amelie"),
            "{address}"
        );
        let picture = codes.set_up().unwrap().picture;
        assert!(picture.iter().all(|row| row.len() == picture.len()));
        // The corner by which a reader finds it.
        assert_eq!(
            picture[0][..8],
            [true, true, true, true, true, true, true, false]
        );
    }
}
