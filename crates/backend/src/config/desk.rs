//! `[desk]`: the pages of the shop's people.

use anyhow::ensure;
use guichet_domain::desk::Limits;
use guichet_domain::field::looks_random;
use guichet_providers::contract::Environment;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::sso::Sso;

/// Fewest characters of the key of codes: 128 bits in hexadecimal digits.
const KEY_LEAST: usize = 32;

/// What the published key of the demo begins with.
const DEMO_KEY_PREFIX: &str = "guichet-sandbox-demo-";

const KEY_REMEDY: &str = "make one with `openssl rand -hex 32`";

/// How long a login lasts, and what its codes are made of.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Desk {
    /// Minutes without a page after which the password has to be given again.
    idle_minutes: IdleMinutes,
    /// Hours after which it has to be given again in any case.
    login_hours: LoginHours,
    /// What the one-time codes of the people who move money are made of; without it, they can't log
    /// in.
    pub(crate) code_key: Option<CodeKey>,
    /// Above which sums a second person approves what one asks for; nobody does without it.
    pub(crate) four_eyes: Option<FourEyes>,
    /// Hours for which what was asked for may be approved.
    four_eyes_hours: ApprovalHours,
    /// Where people sign on besides; nowhere if absent.
    pub(crate) sso: Option<Sso>,
}

impl Desk {
    /// Seconds without a page after which a login is over.
    pub(crate) fn idle(&self) -> i64 {
        i64::from(self.idle_minutes.0) * 60
    }

    /// Seconds after which it is over in any case.
    pub(crate) fn longest(&self) -> i64 {
        i64::from(self.login_hours.0) * 3600
    }

    /// Seconds for which what was asked for may be approved.
    pub(crate) fn approvable(&self) -> i64 {
        i64::from(self.four_eyes_hours.0) * 3600
    }
}

impl Desk {
    /// Checks what depends on the environment.
    pub(super) fn check(mut self, environment: Environment) -> anyhow::Result<Self> {
        let demo = self.code_key.as_ref().is_some_and(CodeKey::is_demo);
        ensure!(
            environment != Environment::Production || !demo,
            "desk.code_key: must not be the published one of the demo: {KEY_REMEDY}"
        );
        // Nobody who may approve could log in.
        ensure!(
            self.four_eyes.is_none() || self.code_key.is_some(),
            "desk.four_eyes: needs desk.code_key, without which nobody who approves can log in: \
             {KEY_REMEDY}"
        );
        self.sso = self.sso.map(|sso| sso.check(environment)).transpose()?;
        Ok(self)
    }
}

/// The sums above which a second person approves: `EUR=500.00`, several divided by spaces.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct FourEyes(pub(crate) Limits);

impl TryFrom<String> for FourEyes {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let sums = text.parse::<Limits>();
        sums.map(Self).map_err(|error| error.detail)
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "u32")]
struct ApprovalHours(u32);

impl Default for ApprovalHours {
    fn default() -> Self {
        Self(24)
    }
}

impl TryFrom<u32> for ApprovalHours {
    type Error = String;

    fn try_from(hours: u32) -> Result<Self, String> {
        match hours {
            1..=168 => Ok(Self(hours)),
            _ => Err("must be 1 to 168: nobody can approve after so long".into()),
        }
    }
}

/// The key of one-time codes.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct CodeKey(SecretString);

impl CodeKey {
    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }

    fn is_demo(&self) -> bool {
        self.0.expose_secret().starts_with(DEMO_KEY_PREFIX)
    }
}

impl TryFrom<String> for CodeKey {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.len() >= KEY_LEAST && looks_random(&text) {
            Ok(Self(text.into()))
        } else {
            Err(format!(
                "must be {KEY_LEAST} or more random characters: {KEY_REMEDY}"
            ))
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "u32")]
struct IdleMinutes(u32);

impl Default for IdleMinutes {
    fn default() -> Self {
        Self(60)
    }
}

impl TryFrom<u32> for IdleMinutes {
    type Error = String;

    fn try_from(minutes: u32) -> Result<Self, String> {
        match minutes {
            5..=720 => Ok(Self(minutes)),
            _ => Err("must be 5 to 720: whoever goes away is logged out after so long".into()),
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "u32")]
struct LoginHours(u32);

impl Default for LoginHours {
    fn default() -> Self {
        Self(12)
    }
}

impl TryFrom<u32> for LoginHours {
    type Error = String;

    fn try_from(hours: u32) -> Result<Self, String> {
        match hours {
            1..=24 => Ok(Self(hours)),
            _ => Err("must be 1 to 24: a login ends after so long in any case".into()),
        }
    }
}
