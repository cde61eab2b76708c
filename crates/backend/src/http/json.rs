//! A JSON body: one answer names every field that is not of its type.

use axum::http::StatusCode;
use guichet_domain::FieldError;
use guichet_domain::field::Faults;
use guichet_wire::ProblemCode;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use serde_path_to_error::Segment;

use super::problem::ApiError;

/// Reads a JSON object; the error names every field that is not of its type.
pub(crate) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let (read, faults) = json_with_faults(body)?;
    Ok(faults.finish(read)?)
}

/// Reads a JSON object and goes on behind a field that is not of its type. Where there are faults,
/// what was read holds stand-ins for them: good for finding more faults, and for nothing else.
pub(crate) fn json_with_faults<T: DeserializeOwned>(
    body: &[u8],
) -> Result<(Option<T>, Faults), ApiError> {
    let not_json =
        |detail: &str| ApiError::new(StatusCode::BAD_REQUEST, ProblemCode::JsonInvalid, detail);
    // A list would do for serde: it takes the fields by their order.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(not_json("the body must be a JSON object"));
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let error = match serde_path_to_error::deserialize(&mut reader) {
        Ok(read) if reader.end().is_ok() => return Ok((Some(read), Faults::default())),
        Ok(_) => return Err(not_json("there is something after the JSON value")),
        Err(error) => error,
    };
    if !error.inner().is_data() {
        let (line, column) = (error.inner().line(), error.inner().column());
        let detail = format!("the body is not JSON (line {line}, column {column})");
        return Err(not_json(&detail));
    }
    let whole: Value = serde_json::from_slice(body)
        .map_err(|error| not_json(&format!("the body is not JSON: {error}")))?;
    Ok(all_faults(whole, &error))
}

/// Most fields that one answer names.
const FAULTS_MAX: usize = 50;

/// Every field that is not of its type, `first` among them: one after the other is put right, and
/// what can't be read then is the next.
fn all_faults<T: DeserializeOwned>(
    mut whole: Value,
    first: &serde_path_to_error::Error<serde_json::Error>,
) -> (Option<T>, Faults) {
    let mut faults = Faults::default();
    let mut fault = unfit(first.path(), first.inner());
    for _ in 0..FAULTS_MAX {
        faults.add(fault.error.clone());
        match put_right(&mut whole, &fault) {
            PutRight::Whole(read) => return (Some(read), faults),
            PutRight::Another(next) => fault = next,
            PutRight::NotPossible => break,
        }
    }
    (None, faults)
}

/// What comes of putting a field right.
enum PutRight<T> {
    /// All can be read.
    Whole(T),
    /// Another field is at fault.
    Another(Unfit),
    /// Nothing suits it.
    NotPossible,
}

/// Puts something into the place of a field at fault that is of its type, or leaves the field out.
fn put_right<T: DeserializeOwned>(whole: &mut Value, fault: &Unfit) -> PutRight<T> {
    let stand_ins = [json!("x"), json!(1), json!({}), json!([]), json!(false)];
    for stand_in in stand_ins.map(Some).into_iter().chain([None]) {
        fault.replace(whole, stand_in);
        let next = match serde_path_to_error::deserialize::<_, T>(&*whole) {
            Ok(read) => return PutRight::Whole(read),
            Err(error) => unfit(error.path(), error.inner()),
        };
        if !next.is_within(fault) {
            return PutRight::Another(next);
        }
    }
    PutRight::NotPossible
}

/// A field that is not of its type, and where it stands.
struct Unfit {
    error: FieldError,
    /// A JSON pointer to the object or list that it is in.
    parent: String,
    /// Its name there, or its number.
    name: String,
}

impl Unfit {
    fn is_within(&self, other: &Self) -> bool {
        let rest = self.error.field.strip_prefix(other.error.field.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    }

    fn replace(&self, whole: &mut Value, stand_in: Option<Value>) {
        match whole.pointer_mut(&self.parent) {
            Some(Value::Object(object)) => {
                // In its place: where maps keep their order, another fault would come first.
                match (object.get_mut(&self.name), stand_in) {
                    (Some(value), Some(stand_in)) => *value = stand_in,
                    (None, Some(stand_in)) => drop(object.insert(self.name.clone(), stand_in)),
                    (_, None) => drop(object.remove(&self.name)),
                }
            }
            Some(Value::Array(list)) => {
                let at = self
                    .name
                    .parse()
                    .ok()
                    .and_then(|at: usize| list.get_mut(at));
                if let Some(value) = at {
                    *value = stand_in.unwrap_or_default();
                }
            }
            _ => {}
        }
    }
}

/// Turns serde's words into a field and a detail. They quote the value: it came from the caller.
fn unfit(path: &serde_path_to_error::Path, error: &serde_json::Error) -> Unfit {
    let mut names: Vec<String> = path.iter().filter_map(segment).collect();
    let message = error.to_string();
    let message = message
        .rsplit_once(" at line ")
        .map_or(message.as_str(), |(text, _)| text);
    let named = |start: &str| message.strip_prefix(start)?.split('`').next();
    let missing = named("missing field `").map(|name| (name, "must be given"));
    let detail = match missing.or(named("duplicate field `").map(|name| (name, "is there twice"))) {
        Some((name, detail)) => {
            names.push(name.to_owned());
            detail.to_owned()
        }
        None => {
            let is_amount = |name: &String| name.rsplit('_').next() == Some("amount");
            let amount = names.last().filter(|name| is_amount(name));
            let minor = amount.and_then(|_| in_minor_units(message));
            minor.unwrap_or_else(|| in_words_of_json(message))
        }
    };
    let mut field = String::new();
    for name in &names {
        match name.parse::<usize>() {
            Ok(at) => field.push_str(&format!("[{at}]")),
            Err(_) if field.is_empty() => field.push_str(name),
            Err(_) => field.push_str(&format!(".{name}")),
        }
    }
    let name = names.pop().unwrap_or_default();
    let escaped = |name: String| format!("/{}", name.replace('~', "~0").replace('/', "~1"));
    Unfit {
        error: FieldError::new(field, detail),
        parent: names.into_iter().map(escaped).collect(),
        name,
    }
}

/// serde's words without the names of our own types.
fn in_words_of_json(message: &str) -> String {
    let numbers = message
        .replace("expected u64", "expected a whole number")
        .replace("expected u32", "expected a whole number");
    match numbers.split_once("expected struct ") {
        Some((found, _)) => format!("{found}expected an object"),
        None => numbers,
    }
}

fn segment(segment: &Segment) -> Option<String> {
    match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}

/// What to say of an amount that is no whole number, such as `19.99`: what it is in minor units, if
/// it is money at all.
fn in_minor_units(message: &str) -> Option<String> {
    let quoted = ["invalid type: floating point `", "invalid type: string \""];
    let rest = quoted
        .iter()
        .find_map(|start| message.strip_prefix(start))?;
    let text = rest.split(['`', '"']).next()?;
    let (whole, cents) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let money = (1..=8).contains(&whole.len()) && cents.len() <= 2;
    if !(money && digits(whole) && digits(cents)) {
        return None;
    }
    if !text.contains(['.', ',']) {
        return Some(format!(
            "is the text {text:?}; send a number, in minor units (cents)"
        ));
    }
    let minor: u64 = format!("{whole}{cents:0<2}").parse().ok()?;
    Some(format!("is {text}; send minor units (cents): {minor}"))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read by serde")]
    struct Outer {
        inner: Inner,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read by serde")]
    struct Inner {
        amount: u64,
    }

    fn field_of(body: &str) -> String {
        format!("{:?}", json::<Outer>(body.as_bytes()).unwrap_err())
    }

    #[test]
    fn the_field_at_fault_is_named() {
        assert!(field_of(r#"{"inner":{}}"#).contains("inner.amount"));
        assert!(field_of(r#"{"inner":{"amount":1.5}}"#).contains("inner.amount"));
        assert!(field_of(r#"{"inner":{"amount":-1}}"#).contains("inner.amount"));
        assert!(field_of(r#"{"inner":{"amount":1,"x":2}}"#).contains("inner.x"));
        assert!(field_of(r#"{"inner":"#).contains("json_invalid"));
        assert!(field_of(r#"{"inner":{"amount":1}} x"#).contains("json_invalid"));
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read by serde")]
    struct Several {
        name: String,
        amount: u64,
        inner: Inner,
        list: Vec<String>,
        choice: Option<Choice>,
        when: bool,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Choice {
        One,
    }

    #[test]
    fn every_field_that_is_not_of_its_type_is_named_at_once() {
        let body = r#"{"name":7,"inner":{"amount":"1","x":2},"list":["a",1,"b",null],
            "choice":"two","when":"now","more":{}}"#;
        let (read, faults) = json_with_faults::<Several>(body.as_bytes()).unwrap();
        assert!(read.is_some(), "the rest can be looked at");
        let errors = faults.finish(Some(())).unwrap_err();
        let mut fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        fields.sort_unstable();
        let all = [
            "amount",
            "choice",
            "inner.amount",
            "inner.x",
            "list[1]",
            "list[3]",
            "more",
            "name",
            "when",
        ];
        assert_eq!(fields, all);
    }

    #[test]
    fn an_amount_with_a_fraction_is_told_in_minor_units() {
        let said = |amount: &str| field_of(&format!(r#"{{"inner":{{"amount":{amount}}}}}"#));
        for (sent, minor) in [
            ("19.99", "minor units (cents): 1999"),
            ("42.0", "minor units (cents): 4200"),
            ("0.5", "minor units (cents): 50"),
            (r#""19,99""#, "minor units (cents): 1999"),
            (r#""4200""#, "send a number"),
            ("-19.99", "expected a whole number"),
            ("19.999", "expected a whole number"),
            (r#""42 EUR""#, "expected a whole number"),
        ] {
            assert!(said(sent).contains(minor), "{sent}: {}", said(sent));
        }
    }
}
