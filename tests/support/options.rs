//! What a stack is set up with, and the files written from it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::ports::free_port;
use super::receiver::WEBHOOK_SECRET;

/// The demo shop's secret key. As every secret here, it is a canary: found anywhere, it is a leak.
pub(crate) const DEMO_SHOP_KEY: &str = "sk_canary_demo_9vTq2LkXw7RzB4nHs6Jd";
/// The other shop's.
pub(crate) const OTHER_SHOP_KEY: &str = "sk_canary_other_3mYf8PcUe1GaN5oVx0Kt";
/// The secret part of the demo account's notification address.
pub(crate) const NOTIFY_SECRET: &str = "canary-notify-Zr4Wb7Qy1Lm9Tx3Vc6Hd";
/// The demo account's key at the platform.
pub(crate) const DEMO_HMAC_KEY: &str = concat!(
    "CA9A41E50B7D3F62918C4E5AD0F3B7261E8D9C04A5F7B3628D1C9E0F4A6B5D73",
    "2F8E1D0C9B7A6F5E4D3C2B1A0F9E8D7C6B5A49382716F5E4D3C2B1A0987F6E5D"
);
/// The other account's.
pub(crate) const OTHER_HMAC_KEY: &str = concat!(
    "CA9A470E72D1C3B5A49687F8E9DACBBC0D1E2F3041526374859607A8B9CADBEC",
    "FD0E1F2A3B4C5D6E7F8091A2B3C4D5E6F70819223344556677889900AABBCCDD"
);
/// The demo account's site.
pub(crate) const DEMO_SITE: &str = "1999888";
/// The other account's.
pub(crate) const OTHER_SITE: &str = "1999777";

/// The public simulation's key at Sogenactif.
pub(crate) const SOGENACTIF_KEY: &str = "002001000000001_KEY1";

/// The token of the store of the sandbox\'s Moneris.
const MONERIS_TOKEN: &str = "S4ndb0xmoneris";
/// The password of the sandbox's key at NETBANX.
pub(crate) const NETBANX_PASSWORD: &str = "S4ndb0x-netbanx";

/// What a stack is set up with. Two shops, `demo` and `autre`, each with its own account of the
/// same name; the options speak of the demo shop and its account.
#[derive(Clone, Debug)]
pub(crate) struct StackOptions {
    /// How many connections the test's own client keeps to each server for its next request: none
    /// where they are cut meanwhile.
    pub(crate) kept_connections: usize,
    /// Notifications come to an address with a secret part, and count by that.
    pub(crate) secret_address: bool,
    /// Notifications come as POST.
    pub(crate) notify_post: bool,
    /// `hide` or `explain`.
    pub(crate) voucher_rest: &'static str,
    /// Sells tourism or leisure.
    pub(crate) tourism: bool,
    /// Methods in the shop's order.
    pub(crate) methods: Vec<&'static str>,
    /// The shop's own names of methods.
    pub(crate) labels: BTreeMap<&'static str, &'static str>,
    /// Origins beside the demo shop's own.
    pub(crate) more_origins: Vec<String>,
    /// Seconds of the platform's page, at least 100.
    pub(crate) page_timeout_seconds: u32,
    /// Whether the platform's page asks for, and sends, the letter Z.
    pub(crate) letter_z: bool,
    /// Whether the platform shows a ticket after a voucher.
    pub(crate) ticket: bool,
    /// The widget's files; `GUICHET_ASSETS` or none when absent.
    pub(crate) assets: Option<PathBuf>,
    /// Verbosity of the backend's log, as in `GUICHET_LOG`.
    pub(crate) log: &'static str,
    /// Where it goes.
    pub(crate) log_to: LogTo,
    /// Lines added to the top of the backend's configuration.
    pub(crate) lines: String,
    /// Lines added to the demo shop's table.
    pub(crate) shop_lines: String,
    /// The demo shop's own server is told by webhooks.
    pub(crate) told: bool,
    /// Lines added to the other shop's table.
    pub(crate) other_shop_lines: String,
    /// Lines added to the demo account's table.
    pub(crate) account_lines: String,
    /// Whether both accounts demand a phone number, as they do unless they are told otherwise. A
    /// backend that is given one reads the numbering plans of all countries, which is most of
    /// what a short test costs.
    pub(crate) phone_demanded: bool,
    /// Whether the demo shop pays through Sogenactif too, last in its list.
    pub(crate) sogenactif: bool,
    /// What it takes through Sogenactif.
    pub(crate) sogenactif_methods: Vec<&'static str>,
    /// iDEAL asks for the bank in the checkout, if it is on offer.
    pub(crate) ask_bank: bool,
    /// Both shops offer saved cards, through the one account at Sogenactif, and both have pages on
    /// the demo shop's origin.
    pub(crate) one_click: bool,
    /// Sogenactif's account takes cards to keep.
    pub(crate) add_cards: bool,
    /// Whether the demo shop pays through NETBANX too, last in its list.
    pub(crate) netbanx: bool,
    /// Lines added to the table of its account there.
    pub(crate) netbanx_lines: String,
    /// Whether the demo shop has terminals of Moneris too, last in its list.
    pub(crate) moneris: bool,
    /// Lines added to the table of its account there, before the terminals.
    pub(crate) moneris_lines: String,
    /// Whose word on a client's address counts.
    pub(crate) trusted_proxies: Vec<&'static str>,
    /// Where the backend finds the connector Office; the platform itself when absent.
    pub(crate) office_host: Option<String>,
    /// Whether the demo shop's pages are sent without `Cross-Origin-Opener-Policy`.
    pub(crate) shared_windows: bool,
    /// Where the books are, as `database_url` names them.
    pub(crate) database_url: String,
}

/// Limits for a test that tries every case there is, one right after the other.
pub(crate) const NO_LIMITS: &str = "[limits]\ncaller = { per_second = 10000, burst = 100000 }\n\
    session = { per_second = 10000, burst = 100000 }\n\
    session_calls = { per_second = 10000, burst = 100000 }\n\
    shop = { per_second = 10000, burst = 100000 }\n";

/// Where the backend's log goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum LogTo {
    /// `backend.log` in the stack's folder.
    File,
    /// A disk without room.
    FullDisk,
    /// A pipe, whose reading end the stack holds.
    Pipe,
}

/// What a shop offers through an account.
fn offers(provider: &str, account: &str, methods: &[&str]) -> String {
    format!(
        "[[shops.methods]]\nprovider = {provider:?}\naccount = {account:?}\n\
         methods = {methods:?}\n\n"
    )
}

impl Default for StackOptions {
    fn default() -> Self {
        Self {
            kept_connections: usize::MAX,
            secret_address: false,
            notify_post: false,
            voucher_rest: "explain",
            tourism: true,
            methods: vec![
                "card",
                "apetiz",
                "sodexo",
                "upchequdej",
                "cvconnect",
                "up2pay_choice",
            ],
            labels: BTreeMap::new(),
            more_origins: Vec::new(),
            page_timeout_seconds: 900,
            letter_z: true,
            ticket: false,
            assets: None,
            log: "info",
            log_to: LogTo::File,
            lines: String::new(),
            shop_lines: String::new(),
            told: false,
            other_shop_lines: String::new(),
            account_lines: String::new(),
            phone_demanded: false,
            sogenactif: false,
            sogenactif_methods: vec!["sogenactif_card"],
            ask_bank: true,
            one_click: false,
            add_cards: false,
            netbanx: false,
            netbanx_lines: String::new(),
            moneris: false,
            moneris_lines: String::new(),
            trusted_proxies: Vec::new(),
            office_host: None,
            shared_windows: false,
            database_url: "sqlite://books.db".into(),
        }
    }
}

/// Where everything listens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports {
    pub(crate) backend: u16,
    pub(crate) platform: u16,
    pub(crate) shop: u16,
    pub(crate) metrics: u16,
    /// Of the terminal on the shop's own network.
    pub(crate) terminal: u16,
}

impl Ports {
    /// One of each.
    pub(crate) fn free() -> Self {
        Self {
            backend: free_port(),
            platform: free_port(),
            shop: free_port(),
            metrics: free_port(),
            terminal: free_port(),
        }
    }
}

impl StackOptions {
    /// As usual, with accounts that demand a phone number.
    pub(crate) fn with_phone() -> Self {
        Self {
            phone_demanded: true,
            ..Self::default()
        }
    }

    /// The path of the demo account's notification address.
    pub(crate) fn notify_path(&self) -> String {
        let secret = if self.secret_address {
            format!("/{NOTIFY_SECRET}")
        } else {
            String::new()
        };
        format!("/notify/up2pay/demo{secret}")
    }

    /// The platform's own list of merchants.
    pub(crate) fn merchants(&self, ports: Ports) -> String {
        let ticket = self.ticket;
        let to = format!("http://127.0.0.1:{}{}", ports.backend, self.notify_path());
        format!(
            "[[account]]\nname = \"La Halle du Tilleul\"\nsite = {DEMO_SITE:?}\nrang = \"32\"\n\
             identifiant = \"110647233\"\nhmac_key_hex = {DEMO_HMAC_KEY:?}\n\
             notification_url = {to:?}\nshow_ticket = {ticket}\n\n\
             [[account]]\nname = \"Un autre commerçant\"\nsite = {OTHER_SITE:?}\nrang = \"32\"\n\
             identifiant = \"2\"\nhmac_key_hex = {OTHER_HMAC_KEY:?}\nshow_ticket = {ticket}\n"
        )
    }

    /// The account at Sogenactif: the public simulation's shop.
    fn sogenactif_account(&self, platform: u16) -> String {
        let platform = format!("http://127.0.0.1:{platform}");
        let host = self.office_host.as_ref().unwrap_or(&platform);
        let methods = &self.sogenactif_methods;
        // Only what differs from the default is written.
        let mut more = String::new();
        if *methods != ["sogenactif_card"] {
            more += &format!("methods = {methods:?}\n");
        }
        if self.ask_bank && methods.contains(&"sogenactif_ideal") {
            more += "ask_bank = true\n";
        }
        if self.add_cards {
            more += "add_cards = true\n";
        }
        format!(
            "[[accounts]]\nid = \"sogenactif\"\nprovider = \"sogenactif\"\n\
             merchant_id = \"002001000000001\"\nkeys = {{ \"1\" = {SOGENACTIF_KEY:?} }}\n\
             office_host = {host:?}\n{more}"
        )
    }

    /// What the demo shop offers through other platforms than Up2pay, and its accounts there.
    fn other_platforms(&self, ports: Ports) -> (String, String) {
        let platform = ports.platform;
        let (mut own, mut accounts) = (String::new(), String::new());
        if self.sogenactif {
            own = offers("sogenactif", "sogenactif", &self.sogenactif_methods);
            accounts = self.sogenactif_account(platform);
        }
        if self.netbanx {
            let silent = self.netbanx_lines.contains("silent_post = true");
            let methods = ["netbanx_card", "netbanx_silent"];
            own += &offers("netbanx", "netbanx", &methods[..if silent { 2 } else { 1 }]);
            accounts += &self.netbanx_account(platform);
        }
        if self.moneris {
            let vault = self.moneris_lines.contains("saved_cards = true");
            let methods = ["moneris_terminal", "moneris_vault"];
            own += &offers("moneris", "moneris", &methods[..if vault { 2 } else { 1 }]);
            accounts += &self.moneris_account(ports);
        }
        (own, accounts)
    }

    /// The account at NETBANX: the sandbox's one shop.
    fn netbanx_account(&self, platform: u16) -> String {
        let more = &self.netbanx_lines;
        format!(
            "[[accounts]]\nid = \"netbanx\"\nprovider = \"netbanx\"\n\
             key_id = \"guichet-sandbox\"\nkey_password = {NETBANX_PASSWORD:?}\n\
             api_base = \"http://127.0.0.1:{platform}/hosted/v1\"\n{more}"
        )
    }

    /// The account at Moneris: the sandbox's one store, with its three terminals.
    fn moneris_account(&self, ports: Ports) -> String {
        let Ports {
            platform, terminal, ..
        } = ports;
        let mut more = self.moneris_lines.clone();
        if more.contains("saved_cards = true") {
            let path = "gateway2/servlet/MpgRequest";
            more += &format!("\ngateway_url = \"http://127.0.0.1:{platform}/{path}\"");
        }
        let token = MONERIS_TOKEN;
        format!(
            "[[accounts]]\nid = \"moneris\"\nprovider = \"moneris\"\n\
             store_id = \"mogo-guichet-sandbox\"\napi_token = {token:?}\n\
             ist_config_code = \"guichet-sandbox-ist\"\n\
             cloud_url = \"http://127.0.0.1:{platform}/v3/Terminal/\"\n{more}\n\
             [[accounts.terminals]]\nname = \"counter\"\nid = \"A1234567\"\n\
             till = \"Caisse 1\"\n\
             [[accounts.terminals]]\nname = \"garden\"\nid = \"P0401234\"\n\
             till = \"Caisse 2\"\n\
             [[accounts.terminals]]\nname = \"terrace\"\nid = \"D0501234\"\n\
             till = \"Caisse 3\"\naddress = \"127.0.0.1:{terminal}\"\n"
        )
    }

    /// The demo shop's webhook, where its own server is told.
    fn webhook_to_shop(&self, port: u16) -> String {
        if !self.told {
            return String::new();
        }
        format!(
            "webhook = {{ url = \"http://127.0.0.1:{port}/webhook\", \
             secrets = [{WEBHOOK_SECRET:?}] }}\n"
        )
    }

    /// The backend's configuration.
    pub(crate) fn configuration(&self, ports: Ports) -> String {
        let Ports {
            backend,
            platform,
            shop,
            metrics,
            ..
        } = ports;
        let mut origins = vec![format!("http://127.0.0.1:{shop}")];
        origins.extend(self.more_origins.iter().cloned());
        let (methods, rest, tourism) = (&self.methods, self.voucher_rest, self.tourism);
        let labels = self.labels.iter().map(|(m, l)| format!("{m} = {l:?}"));
        let labels = labels.collect::<Vec<_>>().join(", ");
        let confirm = if self.secret_address {
            format!("confirm = \"secret_address\"\nnotify_secret = {NOTIFY_SECRET:?}")
        } else {
            "confirm = \"query\"".to_owned()
        };
        let post = if self.notify_post { "post" } else { "get" };
        let (page, z) = (self.page_timeout_seconds, self.letter_z);
        let account = |id: &str, site: &str, identifiant: &str, key: &str, more: &str| {
            format!(
                "[[accounts]]\nid = {id:?}\nprovider = \"up2pay\"\nsite = {site:?}\n\
                 rang = \"32\"\nidentifiant = {identifiant:?}\nhmac_key = {key:?}\n\
                 page_hosts = [\"http://127.0.0.1:{platform}\", \"http://localhost:{platform}\"]\n\
                 ppps_hosts = [\"http://127.0.0.1:{platform}\", \"http://localhost:{platform}\"]\n\
                 public_key_files = [\"sandbox/up2pay-public.pem\"]\n\
                 page_timeout_seconds = {page}\nletter_z = {z}\n{more}\n"
            )
        };
        let more = &self.account_lines;
        let optional = if self.phone_demanded {
            ""
        } else {
            "shopper_optional = [\"phone\"]\n"
        };
        let demo = format!("{confirm}\nnotify_method = {post:?}\n{optional}{more}");
        let accounts = account("demo", DEMO_SITE, "110647233", DEMO_HMAC_KEY, &demo)
            + account("autre", OTHER_SITE, "2", OTHER_HMAC_KEY, optional).as_str();
        let (own, account_of_both) = self.other_platforms(ports);
        let mut other_origins = vec!["http://autre.example".to_owned()];
        let mut others = String::new();
        if self.one_click {
            other_origins.push(format!("http://127.0.0.1:{shop}"));
            others.clone_from(&own);
        }
        let (one_click, proxies) = (self.one_click, &self.trusted_proxies);
        let (books, lines, shop_lines) = (&self.database_url, &self.lines, &self.shop_lines);
        let other_lines = &self.other_shop_lines;
        let told = self.webhook_to_shop(shop);
        format!(
            "environment = \"sandbox\"\nlisten = \"127.0.0.1:{backend}\"\n\
             public_url = \"http://127.0.0.1:{backend}\"\ndatabase_url = {books:?}\n\
             assets = \"assets\"\ntrusted_proxies = {proxies:?}\n\
             metrics_listen = \"127.0.0.1:{metrics}\"\n{lines}\n\
             [[shops]]\nid = \"demo\"\nname = \"La Halle du Tilleul\"\n\
             secret_keys = [\"env:DEMO_SHOP_KEY\"]\norigins = {origins:?}\n\
             one_click = {one_click}\n{told}{shop_lines}\n\
             tourism = {tourism}\nvoucher_rest = {rest:?}\nlabels = {{ {labels} }}\n{}\
             [[shops]]\nid = \"autre\"\nname = \"Un autre commerçant\"\n\
             secret_keys = [\"env:OTHER_SHOP_KEY\"]\norigins = {other_origins:?}\n\
             one_click = {one_click}\n{other_lines}\n{}\
             {accounts}{account_of_both}",
            offers("up2pay", "demo", methods) + own.as_str(),
            offers("up2pay", "autre", &["card"]) + others.as_str(),
        )
    }
}
