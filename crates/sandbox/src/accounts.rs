//! The merchants that the sandbox's platform knows.

use serde::{Deserialize, Deserializer};

/// An HMAC key, kept out of `Debug` output.
#[derive(Clone)]
pub struct SealKey(Vec<u8>);

impl SealKey {
    /// The key's bytes, decoded from the hexadecimal text that a back office shows.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads the hexadecimal text of a back office.
    ///
    /// # Errors
    /// When the text is not hexadecimal.
    pub fn from_hex(text: &str) -> Result<Self, hex::FromHexError> {
        hex::decode(text.trim()).map(Self)
    }
}

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealKey({} bytes)", self.0.len())
    }
}

impl<'de> Deserialize<'de> for SealKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_hex(&text)
            .map_err(|_| serde::de::Error::custom("hmac_key_hex is not hexadecimal"))
    }
}

/// One merchant's contract: what the back office of the platform would hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Shown on the payment pages.
    #[serde(default = "default_name")]
    pub name: String,
    /// `PBX_SITE`, 7 digits.
    pub site: String,
    /// `PBX_RANG`, 2 or 3 digits, as printed on the contract.
    pub rang: String,
    /// `PBX_IDENTIFIANT`, 1 to 9 digits.
    pub identifiant: String,
    /// The HMAC key.
    #[serde(rename = "hmac_key_hex")]
    pub key: SealKey,
    /// Notification address set in the back office, used when the call has no `PBX_REPONDRE_A`.
    #[serde(default)]
    pub notification_url: Option<String>,
    /// Whether the shopper sees a ticket after a voucher payment (manuel d'intégration CONECS /
    /// CV-CONNECT, 01/03/2021, §2.2.3: a setting of the back office).
    #[serde(default = "default_ticket")]
    pub show_ticket: bool,
}

impl Account {
    /// Whether a call names this rank: modules of Verifone and of the bank pad it to three digits.
    pub(crate) fn has_rank(&self, given: &str) -> bool {
        let number = |rank: &str| rank.trim_start_matches('0').to_owned();
        let digits = given.len() <= 3 && given.bytes().all(|byte| byte.is_ascii_digit());
        given == self.rang || (digits && number(given) == number(&self.rang))
    }
}

fn default_name() -> String {
    "Boutique de test".to_owned()
}

const fn default_ticket() -> bool {
    true
}

/// What `--account FILE` holds: a list named `account`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountFile {
    pub(crate) account: Vec<Account>,
}

/// The demo merchant (with the platform's published test key) and one other merchant.
#[must_use]
pub fn built_in_accounts() -> Vec<Account> {
    let account = |name: &str, site: &str, identifiant: &str, key: [u8; 8]| Account {
        name: name.to_owned(),
        site: site.to_owned(),
        rang: "32".to_owned(),
        identifiant: identifiant.to_owned(),
        key: SealKey(key.repeat(8)),
        notification_url: None,
        show_ticket: true,
    };
    vec![
        account(
            "La Halle du Tilleul",
            "1999888",
            "110647233",
            [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF],
        ),
        account(
            "Un autre commerçant",
            "1999777",
            "2",
            [0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10],
        ),
    ]
}
