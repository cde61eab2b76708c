//! What is wrong with a value that came from outside: which field, what, and what to do.

use std::fmt;

/// A refused field. `detail` is meant for the developer who sent it and holds no secret.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FieldError {
    /// Dotted path into the request, such as `shopper.address.country`.
    pub field: String,
    /// What was wrong and what to send instead.
    pub detail: String,
    /// Stable code for programs that have words of their own for this fault.
    pub code: &'static str,
}

/// The code of a fault that has no code of its own.
pub const FIELD_INVALID: &str = "field_invalid";

impl FieldError {
    /// Names the field and says what is wrong with it.
    pub fn new(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            detail: detail.into(),
            code: FIELD_INVALID,
        }
    }

    /// The same fault, with a code of its own.
    #[must_use]
    pub fn coded(self, code: &'static str) -> Self {
        Self { code, ..self }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.detail)
    }
}

impl std::error::Error for FieldError {}

/// One line of text, trimmed, of 1 to `max` characters, without control characters.
pub fn line(field: &str, value: &str, max: usize) -> Result<String, FieldError> {
    let value = value.trim();
    if value.is_empty() {
        return Err(FieldError::new(field, "must not be empty"));
    }
    if value.chars().any(char::is_control) {
        let detail = "must be one line without line breaks, tabs or other control characters";
        return Err(FieldError::new(field, detail));
    }
    let length = value.chars().count();
    if length > max {
        let detail = format!("is {length} characters long; at most {max} are taken");
        return Err(FieldError::new(field, detail));
    }
    Ok(value.to_owned())
}

/// Whether a secret could have come from a random source: at least 8 different characters, and no
/// shorter text repeated. What is random passes (32 hexadecimal digits fail once in 10^9 times or
/// less); what was typed as a placeholder does not.
#[must_use]
pub fn looks_random(secret: &str) -> bool {
    let bytes = secret.as_bytes();
    let different: std::collections::BTreeSet<u8> = bytes.iter().copied().collect();
    let repeats = (1..=bytes.len() / 2).any(|period| {
        bytes.len().is_multiple_of(period)
            && bytes.chunks(period).all(|chunk| chunk == &bytes[..period])
    });
    different.len() >= 8 && !repeats
}

#[cfg(test)]
mod tests {
    use super::looks_random;

    #[test]
    fn a_placeholder_is_no_secret() {
        for placeholder in [
            "",
            "a",
            &"a".repeat(39),
            &"0123456789ABCDEF".repeat(8),
            &"changeme".repeat(5),
            "1212121212121212121212121212121212",
        ] {
            assert!(!looks_random(placeholder), "{placeholder}");
        }
        for secret in [
            "8c1f0b6a4d2e97553b08e1a6c4f7d290",
            "sk_live_Zm9vYmFyYmF6cXV4cXV1eGNvcmdl",
        ] {
            assert!(looks_random(secret), "{secret}");
        }
    }
}
