//! Fields of a request, as they stand.

/// Name and value.
pub(super) type Field = (String, String);

/// The value of the first field of that name.
pub(super) fn value<'a>(fields: &'a [Field], name: &str) -> Option<&'a str> {
    fields
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
}

/// What is sealed of them.
pub(super) fn join(fields: &[Field]) -> String {
    let pairs: Vec<_> = fields
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}
