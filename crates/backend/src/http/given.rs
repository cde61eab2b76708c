//! What a shopper gives for a payment to go on, out of a request.

use guichet_domain::FieldError;
use guichet_domain::iban::Iban;
use guichet_providers::contract::Given;
use guichet_wire::ContinuePayment;

/// Longest token that is passed on.
const TOKEN_MAX: usize = 4096;

/// What the shopper gave: one of token, bank and IBAN.
pub(super) fn given(request: &ContinuePayment) -> Result<Given<'_>, FieldError> {
    let (token, bank) = (request.token.as_deref(), request.bank.as_deref());
    let (iban, brand) = (request.iban.as_deref(), request.brand.as_deref());
    match (token, bank, iban) {
        (Some(token), None, None) if !(1..=TOKEN_MAX).contains(&token.len()) => {
            let detail = format!("must be 1 to {TOKEN_MAX} bytes long");
            Err(FieldError::new("token", detail))
        }
        (Some(token), None, None) => Ok(Given::Token {
            token,
            brand,
            save: request.save,
        }),
        (None, ..) if brand.is_some() => Err(with_token_alone("brand")),
        (None, ..) if request.save => Err(with_token_alone("save")),
        (None, Some(bank), None) => Ok(Given::Bank(bank)),
        (None, None, None) => {
            let detail = "is missing: send token, bank or iban, as next_action asked for it";
            Err(FieldError::new("token", detail))
        }
        (None, None, Some(iban)) => Iban::try_from(iban).map(Given::Iban),
        _ => {
            let detail = "send one of token, bank and iban, not several";
            Err(FieldError::new("token", detail))
        }
    }
}

fn with_token_alone(field: &str) -> FieldError {
    FieldError::new(field, "goes with a token, and with nothing else")
}
