//! Which keys the configuration has, and by what one is told from the one before it: never a value.

use crate::digest::keyed;

/// A key of the configuration.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct KnownKey {
    /// Where it stands: `accounts.main.hmac_key`.
    pub(crate) place: String,
    /// Two bytes of a digest, in hexadecimal: they tell whether it was changed, wrongly that it was
    /// not once in 65,536 times, and are no help to who guesses it.
    pub(crate) mark: String,
}

/// Ends of the names of what nobody else must know.
const SECRET: [&str; 6] = ["key", "keys", "secret", "secrets", "password", "token"];

/// What else is secret, by its name.
const NAMED: [&str; 1] = ["ist_config_code"];

/// What ends so and is known to everybody.
const PUBLIC: [&str; 2] = ["public_key", "public_keys"];

fn is_secret(name: &str) -> bool {
    let last = name.rsplit('_').next().unwrap_or(name);
    (SECRET.contains(&last) || NAMED.contains(&name)) && !PUBLIC.contains(&name)
}

/// All keys of a configuration whose `env:` and `_file` stand for their values.
pub(super) fn all(table: &toml::Table) -> Vec<KnownKey> {
    let mut found = Vec::new();
    within("", table, &mut found);
    found.sort();
    found
}

fn within(place: &str, table: &toml::Table, found: &mut Vec<KnownKey>) {
    for (name, value) in table {
        let at = match place {
            "" => name.clone(),
            place => format!("{place}.{name}"),
        };
        match value {
            toml::Value::Table(own) => within(&at, own, found),
            toml::Value::Array(all) => {
                for (number, own) in all.iter().enumerate() {
                    match own {
                        toml::Value::Table(own) => within(&entry(&at, number, own), own, found),
                        toml::Value::String(text) if is_secret(name) => found.push(key(&at, text)),
                        _ => {}
                    }
                }
            }
            toml::Value::String(text) if is_secret(name) => found.push(key(&at, text)),
            _ => {}
        }
    }
}

/// An entry of a list, by what people call it.
fn entry(at: &str, number: usize, table: &toml::Table) -> String {
    let named = ["id", "name"]
        .iter()
        .find_map(|key| table.get(*key)?.as_str());
    match named {
        Some(name) => format!("{at}.{name}"),
        None => format!("{at}.{}", number + 1),
    }
}

fn key(place: &str, text: &str) -> KnownKey {
    let digest = keyed(text.as_bytes(), place.as_bytes());
    KnownKey {
        place: place.to_owned(),
        mark: hex::encode(digest.get(..2).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_found_by_its_place_and_nothing_else_is_one() {
        let table = |own: &str| {
            toml::from_str::<toml::Table>(&format!(
                "public_url = \"https://pay.example\"\n[[shops]]\nid = \"demo\"\n\
                 secret_keys = [\"one\", \"{own}\"]\n[shops.webhook]\nurl = \"u\"\n\
                 secrets = [\"three\"]\n[[accounts]]\nid = \"main\"\nhmac_key = \"four\"\n\
                 public_keys = [\"five\"]\nkey_id = \"six\"\n[accounts.limocb]\nhmac_key = \
                 \"seven\"\n[desk]\ncode_key = \"eight\"\n[desk.sso]\nclient_secret = \"nine\"\n"
            ))
        };
        let before = all(&table("two").unwrap());
        let places: Vec<_> = before.iter().map(|key| key.place.as_str()).collect();
        assert_eq!(
            places,
            [
                "accounts.main.hmac_key",
                "accounts.main.limocb.hmac_key",
                "desk.code_key",
                "desk.sso.client_secret",
                "shops.demo.secret_keys",
                "shops.demo.secret_keys",
                "shops.demo.webhook.secrets",
            ]
        );
        let after = all(&table("another").unwrap());
        let changed = after.iter().filter(|key| !before.contains(key));
        let changed: Vec<_> = changed.map(|key| key.place.as_str()).collect();
        assert_eq!(changed, ["shops.demo.secret_keys"]);
        assert!(before.iter().all(|key| key.mark.len() == 4), "{before:?}");
    }
}
