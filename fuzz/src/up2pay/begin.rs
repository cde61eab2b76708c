//! The form of the payment page: sealed, and safe to be parsed at the other end.

use std::sync::LazyLock;

use guichet_domain::FieldError;
use guichet_domain::money::{Amount, Currency};
use guichet_domain::session::Session;
use guichet_domain::shopper::{Shopper, Typed};
use guichet_providers::contract::{Environment, Next, Provider};
use guichet_wire::{FormField, NextAction};
use hmac::{Hmac, Mac as _};
use sha2::Sha512;

use super::{KEY, table};
use crate::fixture::{addresses, begin, context, exchange, ok, open, session};

/// Lines of an input before the page: the session's fields.
const LINES: usize = 12;

/// Fields of a session, one a line, and the page of health after them. Whatever a shopper is
/// called, the form is sealed and its XML is sound; and no page is well that does not say so.
pub fn up2pay_begin(data: &[u8]) {
    static ACCOUNT: LazyLock<Box<dyn Provider>> =
        LazyLock::new(|| open("up2pay", &table(""), Environment::Sandbox));
    let text = String::from_utf8_lossy(data);
    let mut lines = text.splitn(LINES + 1, '\n');
    let fields: Vec<&str> = lines.by_ref().take(LINES).collect();
    let Ok((session, code)) = read(&fields) else {
        return;
    };
    let Ok(method) = code.try_into() else {
        return;
    };
    let addresses = addresses();
    let context = context(&session, &method, "7ZK2M0Q4W8E6R1T3Y5AB", &addresses);
    let begin = begin(context);
    let page = lines.next().unwrap_or_default();
    let well = "<div id=\"server_status\">OK</div>";
    for page in [page, well] {
        let (end, _) = exchange(&[ok(page.as_bytes())], |made| ACCOUNT.begin(&begin, made));
        let Ok(begun) = end else {
            continue;
        };
        assert!(
            page.contains("server_status") && page.contains(">OK</"),
            "not well"
        );
        match begun.next {
            Next::Browser(NextAction::FormPost { fields, .. }) => check(&session, &fields),
            other => panic!("{other:?}"),
        }
    }
}

/// Reads the session's fields as the shop's server has to send them.
fn read(fields: &[&str]) -> Result<(Session, String), FieldError> {
    let field = |at: usize| fields.get(at).copied().unwrap_or_default();
    let owned = |at: usize| field(at).to_owned();
    let mut session = session();
    let typed = |at: usize| fields.get(at).copied();
    let typed = Typed {
        id: None,
        first_name: typed(0),
        last_name: typed(1),
        email: typed(2),
        phone: typed(3),
        line1: typed(4),
        line2: typed(5),
        postal_code: typed(6),
        city: typed(7),
        country: typed(8),
    };
    session.shopper = Shopper::read(&typed).map_err(|mut errors| errors.remove(0))?;
    session.amount = Amount::try_from(field(9).parse::<u64>().unwrap_or(1050))?;
    session.currency = Currency::try_from(owned(10)).unwrap_or(Currency::EUR);
    session.locale = owned(11).try_into().ok();
    session.items = u32::try_from(data_sum(fields)).unwrap_or(u32::MAX);
    let methods = [
        "card",
        "apetiz",
        "sodexo",
        "upchequdej",
        "cvconnect",
        "up2pay_choice",
    ];
    let method = methods[data_sum(fields) % methods.len()];
    Ok((session, method.to_owned()))
}

/// A number that depends on all fields.
fn data_sum(fields: &[&str]) -> usize {
    fields.iter().map(|field| field.len()).sum()
}

fn check(session: &Session, fields: &[FormField]) {
    let (seal, sealed) = fields.split_last().expect("fields");
    let pairs: Vec<String> = sealed
        .iter()
        .map(|f| format!("{}={}", f.name, f.value))
        .collect();
    let key = hex::decode(KEY).expect("a key");
    let mut mac = Hmac::<Sha512>::new_from_slice(&key).expect("a key of any length");
    mac.update(pairs.join("&").as_bytes());
    let mac = hex::encode_upper(mac.finalize().into_bytes());
    assert_eq!((seal.name.as_str(), &seal.value), ("PBX_HMAC", &mac));
    let value = |name: &str| {
        let mut found = fields.iter().filter(|field| field.name == name);
        let first = found.next().expect("a field").value.as_str();
        assert!(found.next().is_none(), "{name} stands twice");
        first
    };
    assert_eq!(value("PBX_TOTAL").parse(), Ok(session.amount.minor()));
    assert_eq!(value("PBX_DEVISE"), "978");
    let email = session.shopper.email.as_ref().expect("it is demanded");
    assert_eq!(value("PBX_PORTEUR"), email.as_str());
    for field in fields {
        assert!(!field.value.is_empty() && !field.value.chars().any(char::is_control));
        assert!(
            !field.value.contains(KEY) && !field.value.contains("&PBX_"),
            "{field:?}"
        );
    }
    is_sound(value("PBX_BILLING"));
    is_sound(value("PBX_SHOPPINGCART"));
}

/// Whether tags open and close in order, and nothing but plain characters stands between them.
fn is_sound(xml: &str) {
    let header = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";
    let mut rest = xml.strip_prefix(header).expect("its header");
    let mut open = Vec::new();
    while let Some(tag) = rest.strip_prefix('<') {
        let (name, after) = tag.split_once('>').expect("a tag's end");
        let (text, next) = after.split_at(after.find('<').unwrap_or(after.len()));
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{xml}"),
            None => {
                assert!(name.bytes().all(|b| b.is_ascii_alphanumeric()), "{xml}");
                open.push(name);
            }
        }
        let plain = |b: u8| b.is_ascii_alphanumeric() || b" -'/+".contains(&b);
        assert!(text.bytes().all(plain), "{text:?}");
        rest = next;
    }
    assert!(rest.is_empty() && open.is_empty(), "{xml}");
}
