//! The demo's configuration, written anew at each start because it holds the ports.

use std::path::{Path, PathBuf};

use anyhow::Result;

/// Opens the demo's own shop on the demo's own backend, and nothing else.
pub(crate) const SECRET_KEY: &str = "sk_sandbox_demo_4f1d0c6f6d5e4b7a9c2e8b3a7d9f1e55";

/// What the demo's backend signs its webhooks to the demo's shop with: "guichet-sandbox-demo-…",
/// which a backend in production refuses.
pub(crate) const WEBHOOK_SECRET: &str = "whsec_Z3VpY2hldC1zYW5kYm94LWRlbW8td2ViaG9va3MtLS0=";

/// What the one-time codes of the demo's people are made of; a backend in production refuses it.
const CODE_KEY: &str = "guichet-sandbox-demo-8c1f0b6a4d2e97553b08e1a6";

/// What the passwords of the demo's people begin with, before their name; `guichet desk demo` adds
/// them, and a backend in production refuses them.
pub(super) const PASSWORD_PREFIX: &str = "guichet-sandbox-demo-";

/// The people of the demo's desk, and what they may do.
pub(super) const PEOPLE: [(&str, &str); 3] = [
    ("look", "looks"),
    (
        "refund",
        "gives back up to 50 euros a day; sets up a phone at the first login",
    ),
    ("all", "does everything; sets up a phone at the first login"),
];

/// What the demo shop offers for an ordinary order from France, as a real one would; its checkout
/// page can ask for all methods.
pub(super) const ORDINARY: &str =
    "sogenactif_card,card,apetiz,sodexo,upchequdej,cvconnect,sogenactif_paypal";

/// What the account at Sogenactif has.
const SOGENACTIF: [&str; 5] = [
    "sogenactif_card",
    "sogenactif_paypal",
    "sogenactif_bancontact",
    "sogenactif_ideal",
    "sogenactif_sepa",
];

/// What the account at Moneris has.
const MONERIS: [&str; 2] = ["moneris_terminal", "moneris_vault"];

/// What the account at NETBANX has.
const NETBANX: [&str; 1] = ["netbanx_card"];

/// Where the demo is.
pub(super) struct Demo {
    pub(super) folder: PathBuf,
    pub(super) assets: PathBuf,
    pub(super) shop: u16,
    pub(super) backend: u16,
    pub(super) platform: u16,
    /// Of the terminal on the shop's own network.
    pub(super) terminal: u16,
}

impl Demo {
    pub(super) fn backend_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.backend)
    }

    pub(super) fn shop_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.shop)
    }

    /// The sandbox's own folder.
    pub(super) fn sandbox(&self) -> PathBuf {
        self.folder.join("sandbox")
    }

    pub(super) fn write(&self) -> Result<PathBuf> {
        std::fs::create_dir_all(self.sandbox())?;
        let file = self.folder.join("guichet.toml");
        std::fs::write(&file, self.text())?;
        Ok(file)
    }

    fn text(&self) -> String {
        let Self {
            folder,
            assets,
            shop,
            backend,
            platform,
            terminal,
        } = self;
        let hosts = format!("\"http://127.0.0.1:{platform}\", \"http://localhost:{platform}\"");
        format!(
            "# Written by `cargo xtask demo` at every start: changes are lost.\n{}\
             # The shop's server is on this machine.\nwebhook_networks = [\"127.0.0.1\"]\n\n\
             [desk]\ncode_key = \"{CODE_KEY}\"\n\n\
             {}\n{}\n{}\n{}\n{}",
            beginning(folder, assets, *backend),
            offers(*shop),
            up2pay(&self.sandbox(), &hosts),
            sogenactif(*platform),
            netbanx(*platform),
            moneris(*platform, *terminal)
        )
    }
}

/// Quoted by the same rules as a basic string of TOML.
fn quoted(path: &Path) -> String {
    format!("{:?}", path.display().to_string())
}

/// What a configuration begins with whose books are in that folder. Older builds understand it too:
/// nothing is said that has a default.
pub(crate) fn beginning(folder: &Path, assets: &Path, backend: u16) -> String {
    let database = format!("sqlite://{}", folder.join("guichet.db").display());
    let assets = quoted(assets);
    format!(
        r#"environment = "sandbox"
listen = "127.0.0.1:{backend}"
public_url = "http://127.0.0.1:{backend}"
database_url = {database:?}
assets = {assets}

"#
    )
}

/// The account at the sandbox's Up2pay, which has its key in that folder. `hosts` are quoted.
pub(crate) fn up2pay(sandbox: &Path, hosts: &str) -> String {
    let public_key = quoted(&sandbox.join("up2pay-public.pem"));
    // The published test key of the platform: it signs nothing outside its test servers.
    let hmac_key = "0123456789ABCDEF".repeat(8);
    format!(
        r#"[[accounts]]
id = "demo"
provider = "up2pay"
site = "1999888"
rang = "32"
identifiant = "110647233"
hmac_key = "{hmac_key}"
page_hosts = [{hosts}]
ppps_hosts = [{hosts}]
public_key_files = [{public_key}]
confirm = "query"
"#
    )
}

/// The shop and what it offers, in the order of the list.
fn offers(shop: u16) -> String {
    let others = SOGENACTIF.get(1..).unwrap_or_default();
    format!(
        r#"[[shops]]
id = "demo"
name = "La Halle du Tilleul"
secret_keys = ["{SECRET_KEY}"]
# The shop under both of its names, and `trunk serve`.
origins = [
    "http://127.0.0.1:{shop}",
    "http://localhost:{shop}",
    "http://127.0.0.1:8080",
    "http://localhost:8080",
]
language = "fr"
tourism = true
voucher_rest = "explain"
# The shop's server says who the shopper is: only then are cards saved.
one_click = true
# The shop's server is told by itself what became of an order.
webhook = {{ url = "http://127.0.0.1:{shop}/webhook", secrets = ["{WEBHOOK_SECRET}"] }}
# Three platforms take cards here: a shop has one, and needs no label.
[shops.labels]
card = "Carte bancaire, sur la page d'Up2pay"
netbanx_card = "Carte bancaire, sur la page de NETBANX"


# The first entry stands first on the list: the card that is typed here, with the saved ones.
[[shops.methods]]
provider = "sogenactif"
account = "sogenactif"
methods = ["sogenactif_card"]

[[shops.methods]]
provider = "up2pay"
account = "demo"
methods = ["card", "apetiz", "sodexo", "upchequdej", "cvconnect", "up2pay_choice"]

[[shops.methods]]
provider = "sogenactif"
account = "sogenactif"
methods = {others:?}

[[shops.methods]]
provider = "netbanx"
account = "netbanx"
methods = {NETBANX:?}

# The terminal is offered to sessions that name one, a card of the vault to shoppers who have one.
[[shops.methods]]
provider = "moneris"
account = "moneris"
methods = {MONERIS:?}
"#
    )
}

/// The account at Moneris: the sandbox's one store, with its three terminals.
fn moneris(platform: u16, terminal: u16) -> String {
    format!(
        r#"[[accounts]]
id = "moneris"
provider = "moneris"
store_id = "mogo-guichet-sandbox"
api_token = "S4ndb0xmoneris"
ist_config_code = "guichet-sandbox-ist"
cloud_url = "http://127.0.0.1:{platform}/v3/Terminal/"
saved_cards = true
gateway_url = "http://127.0.0.1:{platform}/gateway2/servlet/MpgRequest"
# The sandbox's own pages are these terminals: http://127.0.0.1:{platform}/moneris/terminals
[[accounts.terminals]]
name = "counter"
id = "A1234567"
till = "Caisse 1"

[[accounts.terminals]]
name = "garden"
id = "P0401234"
till = "Caisse 2"

# On the shop's own network: reached without the cloud.
[[accounts.terminals]]
name = "terrace"
id = "D0501234"
till = "Caisse 3"
address = "127.0.0.1:{terminal}"
"#
    )
}

/// The account at NETBANX: the sandbox's one shop.
fn netbanx(platform: u16) -> String {
    format!(
        r#"[[accounts]]
id = "netbanx"
provider = "netbanx"
key_id = "guichet-sandbox"
key_password = "S4ndb0x-netbanx"
api_base = "http://127.0.0.1:{platform}/hosted/v1"
saved_cards = true
"#
    )
}

/// The account at Sogenactif.
fn sogenactif(platform: u16) -> String {
    let methods = SOGENACTIF;
    format!(
        r#"# The shop and key of the public simulation: they open nothing else.
[[accounts]]
id = "sogenactif"
provider = "sogenactif"
merchant_id = "002001000000001"
keys = {{ "1" = "002001000000001_KEY1" }}
office_host = "http://127.0.0.1:{platform}"
methods = {methods:?}
# No source proves that the platform takes a card so: production refuses it.
add_cards = true
# Shown here to be seen: without it, iDEAL asks for the bank on the platform's page.
ask_bank = true
"#
    )
}

#[cfg(test)]
mod tests {
    use super::{Demo, ORDINARY};

    #[test]
    fn what_an_ordinary_order_asks_for_is_offered() {
        let demo = Demo {
            folder: "/tmp/d".into(),
            assets: "/tmp/a".into(),
            shop: 1,
            backend: 2,
            platform: 3,
            terminal: 4,
        };
        let text = demo.text();
        let lists = text.lines().filter(|line| line.starts_with("methods = "));
        let offered: String = lists.collect();
        for code in
            ORDINARY
                .split(',')
                .chain(["sogenactif_bancontact", "sogenactif_ideal", "netbanx_card"])
        {
            assert!(
                offered.contains(&format!("{code:?}")),
                "{code} is not in\n{text}"
            );
        }
    }

    #[test]
    fn the_ports_and_folders_stand_in_the_configuration() {
        let demo = Demo {
            folder: "/tmp/d e".into(),
            assets: "/tmp/a".into(),
            shop: 1,
            backend: 2,
            platform: 3,
            terminal: 4,
        };
        let text = demo.text();
        for line in [
            "listen = \"127.0.0.1:2\"",
            "database_url = \"sqlite:///tmp/d e/guichet.db\"",
            "assets = \"/tmp/a\"",
            "    \"http://127.0.0.1:1\",",
            "address = \"127.0.0.1:4\"",
            "page_hosts = [\"http://127.0.0.1:3\", \"http://localhost:3\"]",
            "public_key_files = [\"/tmp/d e/sandbox/up2pay-public.pem\"]",
        ] {
            assert!(
                text.lines().any(|have| have == line),
                "{line} is not in\n{text}"
            );
        }
    }
}
