//! What is wrong with a value that came from outside: which field, what, and what to do.

use std::fmt;

use guichet_wire::{FieldProblem, ProblemCode};

/// A refused field. Its texts are meant for the developer who sent it and hold no secret.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FieldError {
    /// Dotted path into the request, such as `shopper.address.country`.
    pub field: String,
    /// What was wrong and what to send instead.
    pub detail: String,
    /// What was wrong alone; the whole detail where it was said in one.
    pub problem: String,
    /// What to send instead alone; none where it was said in one.
    pub remedy: Option<String>,
    /// Stable code for programs that have words of their own for this fault.
    pub code: ProblemCode,
}

impl FieldError {
    /// Names the field and says what is wrong with it and what to send instead, in one.
    pub fn new(field: impl Into<String>, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self {
            field: field.into(),
            problem: detail.clone(),
            detail,
            remedy: None,
            code: ProblemCode::FieldInvalid,
        }
    }

    /// Names the field, and says apart what is wrong with it and what to send instead.
    pub fn with_remedy(
        field: impl Into<String>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let (problem, remedy) = (problem.into(), remedy.into());
        Self {
            field: field.into(),
            detail: format!("{problem}; {remedy}"),
            problem,
            remedy: Some(remedy),
            code: ProblemCode::FieldInvalid,
        }
    }

    /// The same fault, with a code of its own.
    #[must_use]
    pub fn coded(self, code: ProblemCode) -> Self {
        Self { code, ..self }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.detail)
    }
}

impl std::error::Error for FieldError {}

impl From<FieldError> for FieldProblem {
    fn from(error: FieldError) -> Self {
        Self {
            field: error.field,
            problem: error.problem,
            remedy: error.remedy,
        }
    }
}

/// Collects what is wrong with the fields of one request, so that one answer names it all.
#[derive(Debug, Default)]
pub struct Faults(Vec<FieldError>);

impl Faults {
    /// The value, if it is good.
    pub fn keep<T>(&mut self, read: Result<T, FieldError>) -> Option<T> {
        self.keep_all(read.map_err(|error| vec![error]))
    }

    /// The value of several fields, if all of them are good.
    pub fn keep_all<T>(&mut self, read: Result<T, Vec<FieldError>>) -> Option<T> {
        read.map_err(|errors| errors.into_iter().for_each(|error| self.add(error)))
            .ok()
    }

    /// The value, if it was given and is good.
    pub fn keep_given<T>(&mut self, read: Option<Result<T, FieldError>>) -> Option<T> {
        read.and_then(|read| self.keep(read))
    }

    /// One more. A field that is at fault already, or lies within one that is, is named once.
    pub fn add(&mut self, error: FieldError) {
        let known = |known: &FieldError| {
            let rest = error.field.strip_prefix(known.field.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        if !self.0.iter().any(known) {
            self.0.push(error);
        }
    }

    /// The whole, if nothing was wrong with any part of it.
    ///
    /// # Errors
    /// All that was wrong.
    pub fn finish<T>(self, whole: Option<T>) -> Result<T, Vec<FieldError>> {
        whole.filter(|_| self.0.is_empty()).ok_or(self.0)
    }
}

impl From<Vec<FieldError>> for Faults {
    fn from(errors: Vec<FieldError>) -> Self {
        Self(errors)
    }
}

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
    use super::*;

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

    #[test]
    fn a_field_at_fault_is_named_once_with_all_that_lies_within() {
        let mut faults = Faults::default();
        for field in [
            "shopper",
            "amount",
            "shopper.email",
            "amount",
            "amounts",
            "methods[0]",
        ] {
            faults.add(FieldError::new(field, "is wrong"));
        }
        let named = faults.finish(Some(())).unwrap_err();
        let fields: Vec<_> = named.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["shopper", "amount", "amounts", "methods[0]"]);
    }
}
