//! The accounts at the platforms.

use anyhow::{bail, ensure};
use guichet_domain::id::{PaymentId, Slug};
use guichet_providers::contract::{Addresses, Environment, Provider};
use guichet_providers::registry;
use guichet_store::Payment;

use crate::paths::{NOTIFY, PAY, RETURN};

/// Every account that is configured. An account has one name, at one provider.
pub(crate) struct Accounts(Vec<Box<dyn Provider>>);

/// An account that payments were made with and that is no longer configured. It may be put back:
/// until then nobody can ask its platform.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gone;

impl Accounts {
    /// Opens those of the configuration's tables. The error names the key at fault and shows no
    /// secret.
    pub(crate) fn open(tables: Vec<toml::Table>, environment: Environment) -> anyhow::Result<Self> {
        let mut accounts: Vec<Box<dyn Provider>> = Vec::new();
        for (index, mut table) in tables.into_iter().enumerate() {
            let mut take = |key: &str| match table.remove(key) {
                Some(toml::Value::String(text)) => Ok(text),
                _ => bail!("accounts[{index}].{key}: must be given, as text"),
            };
            let id = Slug::try_from(take("id")?)
                .map_err(|error| anyhow::anyhow!("accounts[{index}].id {}", error.detail))?;
            let provider = take("provider")?;
            ensure!(
                accounts.iter().all(|account| *account.account() != id),
                "accounts[{index}].id: {id} is there twice"
            );
            accounts.push(registry::open(&provider, id, table, environment)?);
        }
        Ok(Self(accounts))
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &dyn Provider> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// The account of that name at that provider.
    pub(crate) fn find(&self, provider: &str, account: &str) -> Option<&dyn Provider> {
        self.iter()
            .find(|own| own.name() == provider && own.account().as_str() == account)
    }

    /// The account that a payment was made with.
    pub(crate) fn of(&self, payment: &Payment) -> Result<&dyn Provider, Gone> {
        self.find(&payment.provider, payment.account.as_str())
            .ok_or(Gone)
    }
}

/// The page of ours where a payment's card is typed. `ending` is that of its return address, which
/// this browser and the platform alone are shown.
pub(crate) fn card_page(public_url: &str, payment: &PaymentId, ending: &str) -> String {
    format!("{public_url}{PAY}/card/{payment}/{ending}")
}

/// The addresses that a platform is given for a payment. They come from the configured public
/// address alone. `ending` is the last part of the address to which the browser comes back of a
/// payment that goes on: only the platform and this browser are shown it.
pub(crate) fn addresses(
    public_url: &str,
    account: &dyn Provider,
    payment: &PaymentId,
    ending: &str,
) -> Addresses {
    let (name, own) = (account.name(), account.account());
    let page = if leads_to_page(ending) { PAGE } else { "" };
    let to = |ending: &str| format!("{public_url}{RETURN}/{name}/{payment}/{ending}");
    let back = |ending: &str| to(&format!("{page}{ending}"));
    Addresses {
        notify: format!("{public_url}{NOTIFY}/{name}/{own}"),
        callback: format!("{public_url}{NOTIFY}/{name}/{own}/{payment}/{ending}"),
        accepted: back("accepted"),
        refused: back("refused"),
        cancelled: back("cancelled"),
        waiting: back("waiting"),
        back: to(ending),
    }
}

/// What the endings of a payment begin with that was started on a page of ours.
pub(crate) const PAGE: &str = "p-";

/// Whether this ending, or the one that all others of a payment are like, leads back to a page of
/// ours: no other begins so.
pub(crate) fn leads_to_page(ending: &str) -> bool {
    ending.starts_with(PAGE)
}
