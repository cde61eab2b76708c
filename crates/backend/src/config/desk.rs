//! `[desk]`: the pages of the shop's people.

use serde::Deserialize;

/// How long a login lasts.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Desk {
    /// Minutes without a page after which the password has to be given again.
    idle_minutes: IdleMinutes,
    /// Hours after which it has to be given again in any case.
    login_hours: LoginHours,
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
