//! `[desk.sso]`: the desk's people sign on at the shop's own provider, by OpenID Connect.

use anyhow::{Context as _, ensure};
use guichet_domain::desk::{Limits, Role};
use guichet_providers::contract::Environment;
use ipnet::IpNet;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::{Host, Url};

use super::urls;

/// Fewest characters of the secret that the provider knows us by.
const SECRET_LEAST: usize = 16;

/// Where people sign on, and what they may do then.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sso {
    /// The provider, as it names itself: `/.well-known/openid-configuration` is below it.
    pub(crate) issuer: String,
    /// What the provider knows us by.
    pub(crate) client_id: String,
    /// What we prove that with.
    pub(crate) client_secret: ProviderSecret,
    /// What is asked for besides `openid`.
    #[serde(default = "scopes")]
    pub(crate) scopes: Vec<String>,
    /// The claim that a person's name at the desk is made of.
    #[serde(default = "name_claim")]
    pub(crate) name_claim: String,
    /// The claim whose values lead to a role: a text, or a list of texts.
    #[serde(default = "role_claim")]
    pub(crate) role_claim: String,
    /// The first one of which the person has the value counts.
    #[serde(default)]
    roles: Vec<RoleTable>,
    /// What becomes of who has none of them.
    #[serde(default)]
    pub(crate) unknown: Unknown,
    /// Values of `amr` or `acr` by which the provider says that a second factor was asked for.
    #[serde(default)]
    pub(crate) second_factor: Vec<String>,
    /// Where the provider may be though it is not public.
    #[serde(default)]
    networks: Vec<String>,
    #[serde(skip)]
    pub(crate) checked: Checked,
}

/// What we prove to the provider who we are with. What is kept in browsers is sealed with it too.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct ProviderSecret(SecretString);

impl ProviderSecret {
    pub(crate) fn text(&self) -> &str {
        self.0.expose_secret()
    }
}

impl TryFrom<String> for ProviderSecret {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.len() >= SECRET_LEAST {
            true => Ok(Self(text.into())),
            false => Err(format!(
                "must have {SECRET_LEAST} characters or more: have the provider make a longer one"
            )),
        }
    }
}

/// What the texts come to.
#[derive(Default)]
pub(crate) struct Checked {
    /// By the value of the claim.
    pub(crate) roles: Vec<(String, Role)>,
    pub(crate) networks: Vec<IpNet>,
    /// Nothing is sent in the clear.
    pub(crate) encrypted: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleTable {
    value: String,
    role: String,
    refund_limit: Option<String>,
}

/// What becomes of somebody whom no role is named for.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Unknown {
    /// They are not let in.
    #[default]
    Refuse,
    /// They look.
    Look,
}

fn scopes() -> Vec<String> {
    vec!["profile".into()]
}

fn name_claim() -> String {
    "preferred_username".into()
}

fn role_claim() -> String {
    "groups".into()
}

impl Sso {
    /// Checks what depends on other things than the one value.
    pub(super) fn check(mut self, environment: Environment) -> anyhow::Result<Self> {
        let issuer = Url::parse(&self.issuer).ok();
        let issuer = issuer.filter(|url| url.query().is_none() && url.fragment().is_none());
        let issuer = issuer.context(
            "desk.sso.issuer: must be the provider's address, such as https://login.shop.example",
        )?;
        let here = match issuer.host() {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        let plain = issuer.scheme() == "http" && here && environment != Environment::Production;
        ensure!(
            issuer.scheme() == "https" || plain,
            "desk.sso.issuer: must begin with https://"
        );
        self.checked.encrypted = !plain;
        self.checked.networks = urls::networks(
            "desk.sso.networks",
            &self.networks,
            "name the network of the provider",
        )?;
        for table in std::mem::take(&mut self.roles) {
            let at = |error: guichet_domain::FieldError| {
                let field = error.field.replace('-', "_");
                anyhow::anyhow!(
                    "desk.sso.roles: {:?}: {field}: {}",
                    table.value,
                    error.detail
                )
            };
            let limits = table.refund_limit.as_deref().map(str::parse::<Limits>);
            let limits = limits.transpose().map_err(at)?;
            let role = Role::parse(&table.role, limits).map_err(at)?;
            self.checked.roles.push((table.value.clone(), role));
        }
        ensure!(
            !self.checked.roles.is_empty() || self.unknown == Unknown::Look,
            "desk.sso.roles: is missing, so that nobody could log in: write a table \
             [[desk.sso.roles]] with value and role, or unknown = \"look\""
        );
        Ok(self)
    }
}
