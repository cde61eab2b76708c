//! What no public source gives, and the flows can't do without: names of fields, and words, of the
//! answers to `creditTransferInquire` and `finalizeMandate`. All of them are derived (D), and the
//! sandbox's: the first tries on the test platform show the real ones, and change this file only.

use guichet_wire::Bank;

use super::json::Json;

/// The list of `creditTransferInquire`: `issuerCode` is what creditTransferInitialize takes.
const BANKS: &str = "issuerList";
const BANK_CODE: &str = "issuerCode";
const BANK_NAME: &str = "issuerName";

/// What `finalizeMandate` says of the mandate.
const MANDATE: &str = "mandateId";
const MANDATE_STATUS: &str = "mandateStatus";

/// `mandateStatus` of a mandate that is signed.
const SIGNED: &str = "ACTIVE";

/// Names under which `hostedFieldsInitialize` may tell the integrity value of its library (Sips
/// release notes 25.4 tell that there is one, and not where).
const INTEGRITY: [&str; 2] = ["sdkIntegrity", "integrity"];

/// The integrity value of the hosted fields' library, where one is told.
pub(super) fn integrity(answer: &Json) -> Option<&str> {
    let mut told = INTEGRITY.iter().filter_map(|name| answer.text(name));
    told.find(|value| !value.is_empty())
}

/// The banks that a shopper may choose. None if the list has another name: then the shopper chooses
/// on the platform's page.
pub(super) fn banks(answer: &Json) -> Vec<Bank> {
    let Some(Json::List(banks)) = answer.get(BANKS) else {
        return Vec::new();
    };
    let filled = |bank: &Json, name| {
        let text = bank.text(name).filter(|text| !text.is_empty());
        text.map(str::to_owned)
    };
    let read = |bank: &Json| {
        Some(Bank {
            code: filled(bank, BANK_CODE)?,
            name: filled(bank, BANK_NAME)?,
        })
    };
    banks.iter().filter_map(read).collect()
}

/// The mandate that was signed. None if it does not say so in this word: nothing is debited then.
pub(super) fn signed_mandate(answer: &Json) -> Option<&str> {
    let signed = answer
        .text(MANDATE_STATUS)
        .is_some_and(|status| status == SIGNED);
    answer
        .text(MANDATE)
        .filter(|mandate| signed && !mandate.is_empty())
}
